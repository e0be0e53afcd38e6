package javaregex

import "unicode"

// folded returns the characters that match a span of a pattern. With (?i), case is ignored: in ASCII, or with (?u) in Unicode,
// where a character matches if its upper case, or the lower case of that, is in the span.
func (p *parser) folded(lo, hi rune) set {
	plain := set{{lo, hi}}
	if !p.has(ignoreCase) {
		return plain
	}
	s := plain
	for r := 'a'; r <= 'z'; r++ {
		if plain.has(r) || plain.has(r-'a'+'A') {
			s = append(s, span{r, r}, span{r - 'a' + 'A', r - 'a' + 'A'})
		}
	}
	if p.has(unicodeCase) {
		for _, r := range p.cased() {
			if upper := unicode.ToUpper(r); plain.has(upper) || plain.has(unicode.ToLower(upper)) {
				s = append(s, span{r, r})
			}
		}
	}
	return normal(s)
}

// single returns the characters that match one character of a pattern.
func (p *parser) single(r rune) set {
	if !p.has(ignoreCase) || !p.has(unicodeCase) {
		return p.folded(r, r)
	}
	upper := unicode.ToUpper(r)
	lower := unicode.ToLower(upper)
	if upper == lower {
		return chars(r)
	}
	s := set{{r, r}, {lower, lower}}
	for _, other := range p.cased() {
		if unicode.ToLower(unicode.ToUpper(other)) == lower {
			s = append(s, span{other, other})
		}
	}
	return normal(s)
}

// foldWork is the work of folding a character, in spans.
const foldWork = 6

// cased returns the characters that have another upper or lower case.
func (p *parser) cased() []rune {
	if p.letters == nil {
		for _, c := range unicode.CaseRanges {
			for r := rune(c.Lo); r <= rune(c.Hi); r++ {
				p.letters = append(p.letters, r)
			}
		}
	}
	p.pay(foldWork * len(p.letters))
	return p.letters
}
