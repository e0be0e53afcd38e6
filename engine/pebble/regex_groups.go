package pebble

import "strings"

// groupOrder returns the numbers that regexp2 gives to the capturing groups of a pattern, in the order in which they
// stand there, which is how Java numbers them: regexp2 counts those with a name behind all others. The pattern must be
// one that compiles.
func groupOrder(pattern string) []int {
	var order []int
	plain, class := 0, false
	named := make(map[string]int) // index in order
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			if class {
				continue
			}
			class = true
			if strings.HasPrefix(pattern[i+1:], "^") {
				i++
			}
			if strings.HasPrefix(pattern[i+1:], "]") { // as the first character it is itself
				i++
			}
		case ']':
			class = false
		case '(':
			if class {
				continue
			}
			rest := pattern[i+1:]
			if !strings.HasPrefix(rest, "?") {
				plain++
				order = append(order, plain)
				continue
			}
			rest = strings.TrimPrefix(rest[1:], "P")
			if len(rest) < 2 || rest[0] != '<' && rest[0] != '\'' || rest[1] == '=' || rest[1] == '!' {
				continue
			}
			name, _, _ := strings.Cut(rest[1:], map[byte]string{'<': ">", '\'': "'"}[rest[0]])
			if _, again := named[name]; !again {
				named[name] = len(order)
				order = append(order, -len(named))
			}
		}
	}
	for i, n := range order {
		if n < 0 {
			order[i] = plain - n
		}
	}
	return order
}
