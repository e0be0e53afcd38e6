package value

import (
	"fmt"
	"unsafe"
)

// ScanJSON reports the kind of the one JSON value in data without building it: [KindInt] and [KindBigInt] are both
// reported as KindInt, and a number too large for a double as KindFloat. It accepts exactly what [DecodeJSON] accepts,
// allocates nothing but the error, and its stack does not grow with the nesting. Errors are of type [*SyntaxError].
func ScanJSON(data []byte) (Kind, error) {
	return scanJSON(unsafe.String(unsafe.SliceData(data), len(data)))
}

func scanJSON(s string) (Kind, error) {
	i := skipSpace(s, 0)
	top := kindAt(s, i)
	var (
		objects [MaxDepth/64 + 1]uint64 // one bit for each open container: set for an object
		depth   int
		inside  bool // an object is innermost
		err     error
	)
	for {
		// A value is due at i.
		if i >= len(s) {
			return KindNull, unexpected(s, i, "a value")
		}
		switch c := s[i]; c {
		case '{', '[':
			if depth == MaxDepth {
				return KindNull, syntaxError(s, i, depthMessage)
			}
			inside = c == '{'
			word, bit := depth>>6, uint64(1)<<(depth&63)
			if inside {
				objects[word] |= bit
			} else {
				objects[word] &^= bit
			}
			depth++
			i = skipSpace(s, i+1)
			if i < len(s) && s[i] == c+2 { // both closing brackets are two above the opening ones
				break // the end of an empty container is met below
			}
			if inside {
				if i, err = scanKey(s, i); err != nil {
					return KindNull, err
				}
			}
			continue
		case '"':
			end, _, _, err := lexString(s, i+1)
			if err != nil {
				return KindNull, err
			}
			i = end + 1
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			end, integer, err := lexNumber(s, i)
			if err != nil {
				return KindNull, err
			}
			if depth == 0 && !integer {
				top = KindFloat
			}
			i = end
		case 't':
			i, err = lexLiteral(s, i, "true")
		case 'f':
			i, err = lexLiteral(s, i, "false")
		case 'n':
			i, err = lexLiteral(s, i, "null")
		default:
			return KindNull, unexpected(s, i, "a value")
		}
		if err != nil {
			return KindNull, err
		}
		// A value has ended before i: close what ends with it.
		for {
			i = skipSpace(s, i)
			if depth == 0 {
				if i < len(s) {
					return KindNull, unexpected(s, i, "the end of the text")
				}
				return top, nil
			}
			if i >= len(s) {
				return KindNull, unexpected(s, i, afterValue(inside))
			}
			if s[i] == ',' {
				i = skipSpace(s, i+1)
				if inside {
					if i, err = scanKey(s, i); err != nil {
						return KindNull, err
					}
				}
				break
			}
			if inside && s[i] != '}' || !inside && s[i] != ']' {
				return KindNull, unexpected(s, i, afterValue(inside))
			}
			i++
			depth--
			if depth > 0 {
				inside = objects[(depth-1)>>6]>>((depth-1)&63)&1 != 0
			}
		}
	}
}

var depthMessage = fmt.Sprintf("more than %d lists and maps inside each other", MaxDepth)

// scanKey walks over a key and its colon and returns the index where the value is due.
func scanKey(s string, i int) (int, error) {
	if i >= len(s) || s[i] != '"' {
		return i, unexpected(s, i, "a key")
	}
	end, _, _, err := lexString(s, i+1)
	if err != nil {
		return i, err
	}
	i = skipSpace(s, end+1)
	if i >= len(s) || s[i] != ':' {
		return i, unexpected(s, i, "a colon")
	}
	return skipSpace(s, i+1), nil
}

func afterValue(object bool) string {
	if object {
		return "a comma or }"
	}
	return "a comma or ]"
}

func kindAt(s string, i int) Kind {
	if i >= len(s) {
		return KindNull
	}
	switch s[i] {
	case '{':
		return KindMap
	case '[':
		return KindList
	case '"':
		return KindString
	case 't', 'f':
		return KindBool
	case 'n':
		return KindNull
	default:
		return KindInt
	}
}
