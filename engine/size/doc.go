// Package size reads sizes as configurations have them. It is a package of its own so that its fuzzing does not have to build
// the packages around it anew.
package size
