package javaregex

// grapheme returns the node for \X, which matches what a reader takes for one character, by the rules of Unicode's annex 29 as
// far as categories tell its classes.
func grapheme() *node {
	pictures, _ := fromTable("property", "EXTENDED_PICTOGRAPHIC")
	var (
		joiner    = chars(0x200d)
		prepend   = union(set{{0x600, 0x605}, {0x890, 0x891}, {0x111c2, 0x111c3}, {0x11a84, 0x11a89}}, chars(0x6dd, 0x70f, 0x8e2, 0xd4e, 0x110bd, 0x110cd, 0x1193f, 0x11941, 0x11a3a, 0x11d46, 0x11f02))
		notMarks  = union(set{{0x102b, 0x102c}, {0x1062, 0x1064}, {0x1067, 0x106d}, {0x1087, 0x108c}, {0x109a, 0x109c}, {0x1a63, 0x1a64}}, chars(0x1038, 0x1083, 0x108f, 0x1a61, 0xaa7b, 0xaa7d))
		extend    = union(category("Mn", "Me"), chars(0x200c, 0xff9e, 0xff9f), set{{0xe0020, 0xe007f}, {0x1f3fb, 0x1f3ff}})
		after     = union(extend, joiner, category("Mc").without(notMarks), chars(0xe33, 0xeb3))
		control   = union(category("Cc", "Cf", "Zl", "Zp", "Cs"), assigned().negate()).without(union(prepend, after, pictures, chars(0x378)))
		flags     = set{{0x1f1e6, 0x1f1ff}}
		leading   = set{{0x1100, 0x115f}, {0xa960, 0xa97c}}
		vowels    = set{{0x1160, 0x11a7}, {0xd7b0, 0xd7c6}}
		trailing  = set{{0x11a8, 0x11ff}, {0xd7cb, 0xd7fb}}
		syllables = set{{0xac00, 0xd7a3}}
		open      set // syllables that end in a vowel
	)
	for r := rune(0xac00); r <= 0xd7a3; r += 28 {
		open = append(open, span{r, r})
	}
	any := func(s set) *node { return repeat(setNode(s), 0, unlimited, possessive) }
	picture := concat(setNode(pictures), repeat(concat(any(extend), setNode(joiner), setNode(pictures)), 0, unlimited, greedy))
	hangul := alternate(
		concat(any(leading), alternate(
			concat(setNode(open), any(vowels), any(trailing)),
			concat(setNode(syllables.without(open)), any(trailing)),
			concat(setNode(vowels), any(vowels), any(trailing)))),
		concat(setNode(leading), any(leading)),
		concat(setNode(trailing), any(trailing)),
	)
	core := alternate(picture, concat(setNode(flags), setNode(flags)), hangul, setNode(control.negate()))
	return &node{op: opSpelled, subs: []*node{atomic(alternate(
		concat(charNode('\r'), charNode('\n')),
		setNode(union(control, lineBreaks(), set{{0, 0x1f}})),
		concat(any(prepend), core, any(after)),
		concat(setNode(union(prepend, after)), any(union(prepend, after))),
	))}}
}
