package flow

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryMemberIsDescribed checks that what can be written is described, and nothing else. A member that becomes supported needs
// a description, which is in described.go, and the schema made anew: go test ./tests -run SchemaFile -update.
func TestEveryMemberIsDescribed(t *testing.T) {
	input := maps.Clone(inputMembers)
	for _, own := range typeMembers {
		maps.Copy(input, own)
	}
	tests := []struct {
		name      string
		members   map[string]memberState
		described []Property
	}{
		{"task", commonMembers[KindTask], CommonProperties(KindTask)},
		{"trigger", commonMembers[KindTrigger], CommonProperties(KindTrigger)},
		{"condition", commonMembers[KindCondition], CommonProperties(KindCondition)},
		{"flow", flowMembers, slices.DeleteFunc(slices.Clone(flowProperties), func(p Property) bool { return flowMembers[p.Name] == notYet })},
		{"output", outputMembers, outputProperties},
		{"default", defaultMembers, defaultProperties},
		{"input", input, inputProperties},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want, got []string
			for _, name := range sortedKeys(tt.members) {
				if tt.members[name] == supported {
					want = append(want, name)
				}
			}
			for _, p := range tt.described {
				got = append(got, p.Name)
				if p.Summary == "" {
					t.Errorf("%s has no summary", p.Name)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("members (-supported +described):\n%s", diff)
			}
		})
	}
}

func TestPropertyTypesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for typ := range PropertyType(len(propertyTypes)) {
		if name := typ.String(); name == "" || seen[name] {
			t.Errorf("property type %d is called %q", typ, name)
		} else {
			seen[name] = true
		}
	}
	if got := PropertyType(len(propertyTypes)).String(); got != "unknown" {
		t.Errorf("a type that does not exist is called %q", got)
	}
}
