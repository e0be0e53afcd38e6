package nearest

import "strings"

// Name returns the candidate with the fewest letters to change, if they are few for its length; "" otherwise. Case
// counts less than letters do. Of equal ones the first wins.
func Name(name string, candidates []string) string {
	const longest = 200 // bounds the work for names that are no names
	if name == "" || len(name) > longest {
		return ""
	}
	folded := strings.ToLower(name)
	best, bestDistance := "", max(1, len(name)/4)+1
	for _, candidate := range candidates {
		if d := len(candidate) - len(name); max(d, -d) >= bestDistance {
			continue
		}
		if d := Distance(folded, strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// Distance is the number of bytes to insert, delete, replace or swap with a neighbour that turns a into b.
func Distance(a, b string) int {
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
