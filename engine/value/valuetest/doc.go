// Package valuetest has what tests of packages that compute with values share: random values, an account of memory that counts,
// the bytes that code allocates or holds, and the comparison with what Java answers.
//
// It is for test files alone. The bytes stand in for time: they are the same on every machine, whatever else that has to do.
package valuetest
