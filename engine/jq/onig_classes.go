package jq

import (
	"strings"
	"unicode"
)

// onigSet is a set of characters as it stands inside the brackets of a class, and the set of all others.
type onigSet struct{ in, out string }

// The sets that Oniguruma names, in the categories of Unicode, which every engine knows.
const (
	onigLettersIn  = `\p{L}\p{Nl}\p{Mc}\x{24B6}-\x{24E9}`
	onigLettersOut = `\p{Mn}\p{Me}\p{Nd}\p{No}\p{P}\p{Z}\p{C}\p{Sm}\p{Sc}\p{Sk}`
	onigSpaceIn    = `\x09-\x0D\x20\x85\xA0\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}`
	onigSpaceOut   = `\x00-\x08\x0E-\x1F\x21-\x84\x86-\x9F\xA1-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}`
	onigOtherSo    = `\xA6\xA9\xAE\xB0\x{2100}-\x{24B5}\x{24EA}-\x{2BFF}` // symbols beside the letters in circles
)

var (
	onigSpace = onigSet{onigSpaceIn, onigSpaceOut}
	onigDigit = onigSet{`\p{Nd}`, `\P{Nd}`}
	onigWord  = onigSet{
		`\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}`,
		`\p{No}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{Z}\p{C}\p{Sm}\p{Sc}\p{Sk}` + onigOtherSo,
	}
	onigPunct = onigSet{`\p{P}`, `\P{P}`}
	// onigPOSIX are the classes that POSIX names, also as properties.
	onigPOSIX = map[string]onigSet{
		"alpha": {onigLettersIn, onigLettersOut + onigOtherSo},
		"alnum": {onigLettersIn + `\p{Nd}`, strings.Replace(onigLettersOut, `\p{Nd}`, "", 1) + onigOtherSo},
		"ascii": {`\x00-\x7F`, `\x{80}-\x{10FFFF}`},
		"blank": {`\x09\p{Zs}`, `\x00-\x08\x0A-\x1F\x21-\x9F\xA1-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}`},
		"cntrl": {`\p{Cc}`, `\P{Cc}`},
		"digit": onigDigit,
		"graph": {`\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}`, `\p{Z}\p{Cc}\p{Cs}`},
		"lower": {`\p{Ll}\xAA\xBA\x{2B0}-\x{2B8}\x{2C0}\x{2C1}\x{2E0}-\x{2E4}\x{1D2C}-\x{1D6A}\x{2170}-\x{217F}\x{24D0}-\x{24E9}`, `\P{Ll}`},
		"print": {`\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\p{Zs}`, `\p{Zl}\p{Zp}\p{Cc}\p{Cs}`},
		"punct": onigPunct,
		"space": onigSpace,
		"upper": {`\p{Lu}\x{2160}-\x{216F}\x{24B6}-\x{24CF}`, `\P{Lu}`},
		"word":  onigWord,
		"any":   {`\x00-\x{10FFFF}`, ``},
		// Of ASCII, and no property of these names has more.
		"xdigit": {`0-9A-Fa-f`, `\x00-\x2F\x3A-\x40\x47-\x60\x67-\x{10FFFF}`},
	}
	// onigCategories are the long names of the categories of Unicode.
	onigCategories = map[string]string{
		"letter": "L", "mark": "M", "number": "N", "punctuation": "P", "symbol": "S", "separator": "Z", "other": "C",
		"uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo",
		"nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me", "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No",
		"connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe",
		"initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po",
		"mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So",
		"spaceseparator": "Zs", "lineseparator": "Zl", "paragraphseparator": "Zp", "control": "Cc", "format": "Cf", "privateuse": "Co", "surrogate": "Cs",
	}
)

// onigProperty returns the set that \p{name} names, whatever its case, blanks and underscores.
func onigProperty(name string) (onigSet, bool) {
	plain := strings.Map(func(c rune) rune {
		if strings.ContainsRune(" _-", c) {
			return -1
		}
		return unicode.ToLower(c)
	}, name)
	if set, ok := onigPOSIX[plain]; ok {
		return set, true
	}
	category := onigCategories[plain]
	if category == "" && len(plain) <= 2 && plain != "" {
		category = strings.ToUpper(plain[:1]) + plain[1:]
		if _, ok := unicode.Categories[category]; !ok {
			return onigSet{}, false
		}
	}
	if category != "" {
		return onigSet{`\p{` + category + `}`, `\P{` + category + `}`}, true
	}
	for script, table := range unicode.Scripts {
		if strings.ToLower(strings.ReplaceAll(script, "_", "")) == plain {
			return onigTable(table), true
		}
	}
	return onigSet{}, false
}

// onigTable writes a table of Unicode as a set.
func onigTable(table *unicode.RangeTable) onigSet {
	var in, out strings.Builder
	next := rune(0)
	add := func(from, to rune) {
		if from > next {
			onigRange(&out, next, from-1)
		}
		onigRange(&in, from, to)
		next = to + 1
	}
	each := func(from, to, stride rune) {
		if stride == 1 {
			add(from, to)
			return
		}
		for c := from; c <= to; c += stride {
			add(c, c)
		}
	}
	for _, r := range table.R16 {
		each(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range table.R32 {
		each(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	onigRange(&out, next, unicode.MaxRune)
	return onigSet{in.String(), out.String()}
}

func onigRange(b *strings.Builder, from, to rune) {
	b.WriteString(onigQuote(from))
	if to > from {
		b.WriteByte('-')
		b.WriteString(onigQuote(to))
	}
}
