// Package valuetest has what tests of packages that compute with values share: random values, an account of memory that counts,
// and the bytes that code allocates or holds.
//
// It is for test files alone. Its figures stand in for time: the same on every machine, whatever else that has to do.
package valuetest
