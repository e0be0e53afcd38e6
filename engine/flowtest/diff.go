package flowtest

import "strings"

// diff returns the lines of two texts that differ, with those around them: behind - what is expected, behind + what there is.
func diff(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	begin := 0
	for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
		begin++
	}
	end := 0
	for end < len(a)-begin && end < len(b)-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var out strings.Builder
	write := func(sign string, lines []string) {
		for _, line := range lines {
			out.WriteString(sign + line + "\n")
		}
	}
	write("  ", a[max(0, begin-around):begin])
	write("- ", a[begin:len(a)-end])
	write("+ ", b[begin:len(b)-end])
	write("  ", a[len(a)-end:min(len(a), len(a)-end+around)])
	return out.String()
}

// around is how many lines are shown before and behind those that differ.
const around = 2
