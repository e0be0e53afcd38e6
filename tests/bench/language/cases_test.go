package language

import "strings"

// conditions are the same expression in each language, by engine.
var conditions = []struct {
	name string
	text map[string]string
	want bool
}{
	{
		"Equal",
		map[string]string{
			"pebble": `{{ trigger.body.hello == 'world' }}`,
			"expr":   `trigger.body.hello == 'world'`,
			"pongo2": `{{ trigger.body.hello == 'world' }}`,
			"gonja":  `{{ trigger.body.hello == 'world' }}`,
		},
		true,
	},
	{
		"Header",
		map[string]string{
			"pebble": `{{ trigger.headers['X-Event'] contains 'deploy' and trigger.body.n > 0 }}`,
			"expr":   `'deploy' in trigger.headers['X-Event'] and trigger.body.n > 0`,
			"pongo2": `{{ 'deploy' in trigger.headers['X-Event'] and trigger.body.n > 0 }}`,
			"gonja":  `{{ 'deploy' in trigger.headers['X-Event'] and trigger.body.n > 0 }}`,
		},
		true,
	},
	{
		"Or",
		map[string]string{
			"pebble": `{{ trigger.body.user.admin or trigger.body.user.name == 'Bob' }}`,
			"expr":   `trigger.body.user.admin or trigger.body.user.name == 'Bob'`,
			"pongo2": `{{ trigger.body.user.admin or trigger.body.user.name == 'Bob' }}`,
			"gonja":  `{{ trigger.body.user.admin or trigger.body.user.name == 'Bob' }}`,
		},
		false,
	},
}

// texts are the same template in each language.
var texts = []struct {
	name string
	text map[string]string
	want string
}{
	{
		"Greeting",
		map[string]string{
			"pebble": `Hello {{ trigger.parameters.name[0] ?? 'world' }}!`,
			"pongo2": `Hello {{ trigger.parameters.name.0|default:'world' }}!`,
			"gonja":  `Hello {{ trigger.parameters.name[0] | default('world') }}!`,
		},
		"Hello Alice!",
	},
	{
		"Long",
		map[string]string{
			"pebble": longText("trigger.body.hello", "trigger.body.n + 1", "trigger.headers['X-Event'] | first | upper",
				"flow.id ~ '/' ~ flow.namespace", "trigger.body.nope ?? 'none'"),
			"pongo2": longText("trigger.body.hello", "trigger.body.n + 1", "trigger.headers['X-Event']|first|upper",
				"flow.id + '/' + flow.namespace", "trigger.body.nope|default:'none'"),
			"gonja": longText("trigger.body.hello", "trigger.body.n + 1", "trigger.headers['X-Event'] | first | upper",
				"flow.id ~ '/' ~ flow.namespace", "trigger.body.nope | default('none')"),
		},
		longResult("world", "2", "DEPLOY", "f/company.team", "none"),
	},
	{
		"Loop",
		map[string]string{
			"pebble": `{% for x in trigger.body.list %}{{ loop.index }}={{ x }};{% endfor %}`,
			"pongo2": `{% for x in trigger.body.list %}{{ forloop.Counter0 }}={{ x }};{% endfor %}`,
			"gonja":  `{% for x in trigger.body.list %}{{ loop.index0 }}={{ x }};{% endfor %}`,
		},
		"0=1;1=2;2=3;",
	},
}

// longText is 2 KB of text in which each of five expressions stands four times.
func longText(expressions ...string) string {
	for i, e := range expressions {
		expressions[i] = "{{ " + e + " }}"
	}
	return longResult(expressions...)
}

func longResult(parts ...string) string {
	var b strings.Builder
	for i := range 20 {
		b.WriteString(strings.Repeat("lorem ipsum ", 6) + parts[i%len(parts)] + "\n")
	}
	return b.String() + "end"
}
