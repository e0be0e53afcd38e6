package javaregex

import (
	_ "embed"
	"strconv"
	"strings"
	"unicode"
)

//go:embed properties.tsv
var properties string

// property returns the characters of a property by what stands in \p{…}.
func (p *parser) property(name string) (set, bool) {
	key, value, both := strings.Cut(name, "=")
	if both {
		switch strings.ToLower(key) {
		case "sc", "script":
			return script(value)
		case "blk", "block":
			return fromTable("block", value)
		case "gc", "general_category":
			return p.general(value)
		default:
			return nil, false
		}
	}
	if block, ok := strings.CutPrefix(name, "In"); ok {
		return fromTable("block", block)
	}
	if short, ok := strings.CutPrefix(name, "Is"); ok {
		if s, ok := p.binary(short); ok {
			return s, true
		}
		if s, ok := p.general(short); ok {
			return s, true
		}
		return script(short)
	}
	if p.has(unicodeClasses) {
		if s, ok := p.posix(name); ok {
			return s, true
		}
	}
	return p.general(name)
}

// fromTable returns the characters of a row of properties.tsv.
func fromTable(kind, name string) (set, bool) {
	characters, ok := lookUp(kind, name)
	if !ok {
		return nil, false
	}
	var s set
	for part := range strings.FieldsSeq(characters) {
		low, high, isSpan := strings.Cut(part, "-")
		if !isSpan {
			high = low
		}
		lo, _ := strconv.ParseUint(low, 16, 32)
		hi, _ := strconv.ParseUint(high, 16, 32)
		s = append(s, span{rune(lo), rune(hi)})
	}
	return s, true
}

// lookUp returns the last field of a row of properties.tsv.
func lookUp(kind, name string) (string, bool) {
	name = strings.ToUpper(name)
	for line := range strings.Lines(properties) {
		row, ok := strings.CutPrefix(line, kind+"\t")
		if !ok {
			continue
		}
		names, characters, _ := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		for known := range strings.SplitSeq(names, ",") {
			if known == name {
				return characters, true
			}
		}
	}
	return "", false
}

// script returns the characters of a script by its long or its short name.
func script(name string) (set, bool) {
	if long, ok := lookUp("script", name); ok {
		name = long
	}
	all := make([]*unicode.RangeTable, 0, len(unicode.Scripts))
	for known, t := range unicode.Scripts {
		if strings.EqualFold(known, name) {
			return table(t), true
		}
		all = append(all, t)
	}
	if strings.EqualFold(name, "UNKNOWN") {
		return table(all...).negate(), true
	}
	return nil, false
}

// cases returns a set of letters of one case; with (?i) it has those of every case.
func (p *parser) cases(s set) set {
	if p.has(ignoreCase) {
		return union(lowerCase(), upperCase(), category("Lt"))
	}
	return s
}

func lowerCase() set { return union(category("Ll"), table(unicode.Other_Lowercase)) }
func upperCase() set { return union(category("Lu"), table(unicode.Other_Uppercase)) }

func alphabetic() set { return union(category("L", "Nl"), table(unicode.Other_Alphabetic)) }
func whiteSpace() set { return union(category("Z"), set{{'\t', '\r'}, {0x85, 0x85}}) }
func assigned() set   { return category("L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Co", "Cs") }

// word returns \w with (?U).
func word() set {
	return union(alphabetic(), category("M", "Nd", "Pc"), set{{0x200c, 0x200d}})
}

// posix returns the characters of a POSIX name in Unicode, which is its meaning with (?U) and after Is.
func (p *parser) posix(name string) (set, bool) {
	hidden := category("Z", "Cc", "Cs")
	switch strings.ToUpper(name) {
	case "ALPHA":
		return alphabetic(), true
	case "LOWER":
		return p.cases(lowerCase()), true
	case "UPPER":
		return p.cases(upperCase()), true
	case "SPACE":
		return whiteSpace(), true
	case "PUNCT":
		return category("P"), true
	case "XDIGIT":
		return union(category("Nd"), table(unicode.Hex_Digit)), true
	case "ALNUM":
		return union(alphabetic(), category("Nd")), true
	case "CNTRL":
		return category("Cc"), true
	case "DIGIT":
		return category("Nd"), true
	case "BLANK":
		return union(category("Zs"), chars('\t')), true
	case "GRAPH":
		return assigned().without(hidden), true
	case "PRINT":
		return union(assigned().without(hidden), category("Zs")), true
	default:
		return nil, false
	}
}

// binary returns the characters of a binary property.
func (p *parser) binary(name string) (set, bool) {
	switch strings.ToUpper(name) {
	case "ALPHABETIC":
		return alphabetic(), true
	case "ASSIGNED":
		return assigned(), true
	case "CONTROL":
		return category("Cc"), true
	case "HEXDIGIT", "HEX_DIGIT":
		return p.posix("XDIGIT")
	case "IDEOGRAPHIC":
		return table(unicode.Ideographic), true
	case "JOINCONTROL", "JOIN_CONTROL":
		return table(unicode.Join_Control), true
	case "LETTER":
		return category("L"), true
	case "LOWERCASE":
		return p.cases(lowerCase()), true
	case "UPPERCASE":
		return p.cases(upperCase()), true
	case "TITLECASE":
		return p.cases(category("Lt")), true
	case "NONCHARACTERCODEPOINT", "NONCHARACTER_CODE_POINT":
		return table(unicode.Noncharacter_Code_Point), true
	case "PUNCTUATION":
		return category("P"), true
	case "WHITESPACE", "WHITE_SPACE":
		return whiteSpace(), true
	case "WORD":
		return word(), true
	case "EMOJI", "EMOJI_PRESENTATION", "EMOJI_MODIFIER", "EMOJI_MODIFIER_BASE", "EMOJI_COMPONENT", "EXTENDED_PICTOGRAPHIC":
		return fromTable("property", name)
	default:
		return p.posix(name)
	}
}

// general returns the characters of a general category, of a POSIX name in ASCII, or of a method of Java's Character.
func (p *parser) general(name string) (set, bool) {
	if s, ok := p.ascii(name); ok {
		return s, true
	}
	if method, ok := strings.CutPrefix(name, "java"); ok {
		return p.method(method)
	}
	letters := category("L")
	switch name {
	case "Lu", "Ll", "Lt":
		if p.has(ignoreCase) {
			return category("Lu", "Ll", "Lt"), true
		}
		return category(name), true
	case "Cn":
		return assigned().negate(), true
	case "C":
		return union(category("Cc", "Cf", "Co", "Cs"), assigned().negate()), true
	case "LC":
		return category("Lu", "Ll", "Lt"), true
	case "LD":
		return union(letters, category("Nd")), true
	case "L1":
		return set{{0, 0xff}}, true
	case "all":
		return set{{0, maxRune}}, true
	}
	if unicode.Categories[name] == nil {
		return nil, false
	}
	return category(name), true
}

// ascii returns the characters of a POSIX name in ASCII.
func (p *parser) ascii(name string) (set, bool) {
	alpha := set{{'A', 'Z'}, {'a', 'z'}}
	switch name {
	case "ASCII":
		return set{{0, 0x7f}}, true
	case "Alnum":
		return union(set{{'0', '9'}}, alpha), true
	case "Alpha":
		return alpha, true
	case "Blank":
		return chars(' ', '\t'), true
	case "Cntrl":
		return set{{0, 0x1f}, {0x7f, 0x7f}}, true
	case "Digit":
		return set{{'0', '9'}}, true
	case "Graph":
		return set{{'!', '~'}}, true
	case "Lower", "Upper":
		if p.has(ignoreCase) {
			return alpha, true
		}
		if name == "Upper" {
			return alpha[:1], true
		}
		return alpha[1:], true
	case "Print":
		return set{{' ', '~'}}, true
	case "Punct":
		return set{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, true
	case "Space":
		return space(), true
	case "XDigit":
		return set{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, true
	default:
		return nil, false
	}
}

// space returns \s in ASCII.
func space() set { return set{{'\t', '\r'}, {' ', ' '}} }

// method returns the characters for which a method of Java's Character returns true, by its name without is.
func (p *parser) method(name string) (set, bool) {
	ignorable := union(category("Cf"), set{{0, 8}, {0xe, 0x1b}, {0x7f, 0x9f}})
	start := union(category("L", "Nl"), table(unicode.Other_ID_Start)).without(table(unicode.Pattern_Syntax, unicode.Pattern_White_Space))
	switch name {
	case "LowerCase":
		return p.cases(lowerCase()), true
	case "UpperCase":
		return p.cases(upperCase()), true
	case "TitleCase":
		return p.cases(category("Lt")), true
	case "Alphabetic":
		return alphabetic(), true
	case "Ideographic":
		return table(unicode.Ideographic), true
	case "Digit":
		return category("Nd"), true
	case "Defined":
		return assigned(), true
	case "Letter":
		return category("L"), true
	case "LetterOrDigit":
		return category("L", "Nd"), true
	case "JavaIdentifierStart":
		return category("L", "Nl", "Sc", "Pc"), true
	case "JavaIdentifierPart":
		return union(category("L", "Nl", "Sc", "Pc", "Nd", "Mc", "Mn"), ignorable), true
	case "UnicodeIdentifierStart":
		return start, true
	case "UnicodeIdentifierPart":
		return union(start, category("Pc", "Nd", "Mc", "Mn"), table(unicode.Other_ID_Continue), ignorable), true
	case "IdentifierIgnorable":
		return ignorable, true
	case "SpaceChar":
		return category("Z"), true
	case "Whitespace":
		return union(category("Z").without(chars(0xa0, 0x2007, 0x202f)), set{{'\t', '\r'}, {0x1c, 0x1f}}), true
	case "ISOControl":
		return set{{0, 0x1f}, {0x7f, 0x9f}}, true
	case "Mirrored":
		return fromTable("property", name)
	default:
		return nil, false
	}
}
