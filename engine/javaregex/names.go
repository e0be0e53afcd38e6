package javaregex

import "golang.org/x/text/unicode/runenames"

// namesWork is roughly the work of going through the names of all characters, in spans.
const namesWork = 2_000_000

// characterNamed returns the character with a name of Unicode. Going through all is slow, but patterns that name one are
// rare and compiled once.
func characterNamed(name string) (rune, bool) {
	for _, s := range category("L", "M", "N", "P", "S", "Z", "Cf") {
		for r := s.lo; r <= s.hi; r++ {
			if runenames.Name(r) == name {
				return r, true
			}
		}
	}
	return 0, false
}
