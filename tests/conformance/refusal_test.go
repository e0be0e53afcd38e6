package conformance

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// flowsTarget is where a flow is created in Kestra; the case recorded whether it was accepted.
const flowsTarget = "/api/v1/main/flows"

// compareRefusal compares whether a flow is accepted, and of one that is refused whether the member that Kestra names is named here.
func compareRefusal(c recorded, found findings) []difference {
	accepted := func(ok bool) string {
		if ok {
			return "accepted"
		}
		return "refused"
	}
	kestra, ours := c.Response.Status < 300, len(found) == 0
	if kestra != ours {
		return []difference{{"flow", accepted(kestra), accepted(ours)}}
	}
	message, _ := object(c.Response.Body)["message"].(string)
	if member := refusedMember(message); !ours && member != "" && !found.name(member, c.Request.Body) {
		return []difference{{"member", member, found[0].Path + ": " + found[0].Message}}
	}
	return nil
}

// refusedForms are the forms of Kestra's messages about a flow that name a member, or what stands for one: a type, an id.
var refusedForms = []*regexp.Regexp{
	regexp.MustCompile(`Unrecognized field "([^"]+)"`),
	regexp.MustCompile(`Duplicate field '([^']+)'`),
	regexp.MustCompile(`Unsupported type for key: (\w+)`),
	regexp.MustCompile(`Invalid type: (\w+\.\S+)`),
	regexp.MustCompile(`Invalid (type): `),
	regexp.MustCompile(`'(\w+)' must be less than`),
	regexp.MustCompile(`No property '([^']+)' exists`),
	regexp.MustCompile(`Invalid Flow: .*\[(\w+)\]\n`),
	regexp.MustCompile(`(?s)reference chain: .*\["(\w+)"\](?:->[\w.]+\[\d+\])?\)`),
	regexp.MustCompile(`Invalid entity: (labels)\[`),
	regexp.MustCompile(`Invalid entity: (?:[\w.\[\]-]+\.)?(\w+)(?:\[[\w\]<. >\[]*)?: `),
}

// refusedMember returns the name of the member that a refusal of Kestra's is about; "" when it names none.
func refusedMember(message string) string {
	for _, form := range refusedForms {
		if m := form.FindStringSubmatch(message); m != nil {
			return m[1]
		}
	}
	return ""
}

// name reports whether one of the findings about a flow is about a member of this name, or inside of a task that has it as id.
func (f findings) name(member, text string) bool {
	word := regexp.MustCompile(`\b` + regexp.QuoteMeta(member) + `\b`)
	quoted := regexp.MustCompile("[`']" + regexp.QuoteMeta(member) + "[`']")
	return slices.ContainsFunc(f, func(d *flow.Diagnostic) bool {
		return word.MatchString(d.Path) || quoted.MatchString(d.Message) || slices.Contains(idsOn(d.Path, text), member)
	})
}

var pathStep = regexp.MustCompile(`\w+|\[\d+\]`)

// idsOn returns the ids of the mappings that a path leads through, as in tasks[0].message.
func idsOn(path, text string) []string {
	documents, err := yaml.Parse([]byte(text), 1, func(int) error { return nil })
	if err != nil || len(documents) == 0 {
		return nil
	}
	v, err := (&yaml.Converter{}).Value(documents[0].Content[0])
	if err != nil {
		return nil
	}
	var ids []string
	for _, step := range pathStep.FindAllString(path, -1) {
		if at, err := strconv.Atoi(strings.Trim(step, "[]")); err == nil && at < v.List().Len() {
			v = v.List().Slice()[at]
		} else {
			v, _ = v.Map().Get(step)
		}
		id, _ := v.Map().Get("id")
		ids = append(ids, id.Str())
	}
	return ids
}

func TestRefusedMember(t *testing.T) {
	tests := []struct{ message, want string }{
		{"Invalid entity: triggers[0].key: size must be between 0 and 256\n", "key"},
		{"Invalid entity: triggers[0].id: must not be blank\ntriggers[0].id: must not be null\n", "id"},
		{"Invalid entity: triggers[0].labels[0].<list element>: System labels can only be set by Kestra itself, offending label: system.x=y.\n", "labels"},
		{"Invalid entity: labels[0].key: Invalid label key.\n", "labels"},
		{"Invalid entity: a.b.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\"\n", "id"},
		{"Invalid entity: a: No task defined, neither cases or default have any tasks\n", "a"},
		{"Invalid entity: Unrecognized field \"foo\" (class x), not marked as ignorable", "foo"},
		{"Invalid entity: Invalid type: <null>", "type"},
		{"Invalid entity: Invalid type: io.kestra.nope", "io.kestra.nope"},
		{"Invalid entity: : Invalid Flow: Duplicate task id with name [a]\n", "a"},
		{"… (through reference chain: io.kestra.Flow[\"triggers\"]->java.util.ArrayList[0]->io.kestra.Webhook[\"wait\"]) (at line -1)", "wait"},
		{"… (through reference chain: io.kestra.Flow[\"triggers\"]->java.util.ArrayList[0]->io.kestra.Webhook[\"stopAfter\"]->java.util.ArrayList[0]) (at line -1)", "stopAfter"},
		{"Invalid entity: Illegal genericflow source: YAML parsing error: while scanning for the next token", ""},
		{"Not Found", ""},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, refusedMember(tt.message)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.message, diff)
		}
	}
}

// TestRefusedMembersAreMany checks that the recorded refusals do name members, so that their comparison is one.
func TestRefusedMembersAreMany(t *testing.T) {
	var members []string
	for _, topic := range loadTopics(t, strings.NewReplacer()) {
		for _, c := range topic.Cases {
			if message, _ := object(c.Response.Body)["message"].(string); c.Request.Target == flowsTarget && c.Response.Status >= 300 {
				members = append(members, refusedMember(message))
			}
		}
	}
	unnamed := len(slices.DeleteFunc(slices.Clone(members), func(m string) bool { return m != "" }))
	if len(members) < 40 || unnamed > 8 {
		t.Errorf("%d of %d refusals name no member: %s", unnamed, len(members), strings.Join(members, ", "))
	}
}
