package engine_test

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// What public flows of Kestra use, by how many use it: it loads, or is refused in words that say so.

// use is a part of a flow, and what is found about it.
type use struct {
	name string
	yaml string // members of a flow beside id, namespace and tasks; or one item of tasks, which begins with a brace
	want string // loads, a finding that contains this text, or one of the words below
}

const (
	loads   = "loads"         // without a finding
	loadsOr = "loads or says" // without a finding, or with errors that say that something is not supported
)

// check loads the part and compares what is found.
func (u use) check(t *testing.T) {
	t.Helper()
	text := "id: used\nnamespace: company.team\n"
	const task, trigger = "tasks: [{id: t, type: io.kestra.plugin.core.debug.Return}]\n", "triggers: [{id: webhook, type: io.kestra.plugin.core.trigger.Webhook, key: 4wjtkzwVGBM9yKnjm3yv8r}]\n"
	switch {
	case strings.HasPrefix(u.yaml, "{"):
		text += "tasks:\n  - " + u.yaml + "\n" + trigger
	case strings.Contains(u.yaml, "triggers:"):
		text += task + u.yaml + "\n"
	default:
		text += task + trigger + u.yaml + "\n"
	}
	set, found := engine.Core().Load([]*flow.Source{flow.NewSource("used", []byte(text))})
	var lines []string
	for _, d := range found {
		lines = append(lines, d.Error())
	}
	all := strings.Join(lines, "\n")
	switch u.want {
	case loads:
		if set.Len() != 1 || len(found) > 0 {
			t.Errorf("%s does not load: %s\n%s", u.name, all, text)
		}
	case loadsOr:
		for _, d := range found {
			if !saysUnsupported(d.Message) {
				t.Errorf("%s: %v\n%s", u.name, d, text)
			}
		}
	default:
		if !strings.Contains(all, u.want) {
			t.Errorf("%s: found %q, want %q\n%s", u.name, all, u.want, text)
		}
	}
}

// saysUnsupported reports whether a message says that Kestra has what it is about, and that it is not here.
func saysUnsupported(message string) bool {
	for _, words := range []string{"not supported yet", "which is not supported here", "Enterprise Edition"} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}

func TestTypesInUse(t *testing.T) {
	const core, old, plugin = "io.kestra.plugin.core.", "io.kestra.core.tasks.", "io.kestra.plugin."
	for _, typ := range []string{
		core + "log.Log", plugin + "scripts.python.Script", core + "http.Request", plugin + "scripts.shell.Commands", core + "flow.If",
		core + "flow.WorkingDirectory", plugin + "git.Clone", plugin + "scripts.python.Commands", core + "flow.Subflow", plugin + "scripts.node.Script",
		plugin + "notifications.slack.SlackIncomingWebhook", plugin + "slack.SlackIncomingWebhook", plugin + "slack.notifications.SlackIncomingWebhook",
		plugin + "ai.agent.AIAgent", plugin + "openai.ChatCompletion", core + "kv.Set", core + "kv.Get", core + "debug.Return", core + "storage.LocalFiles",
		plugin + "docker.Build", core + "execution.Fail", plugin + "docker.Run", core + "output.OutputValues", core + "flow.Parallel", core + "flow.Pause",
		core + "flow.ForEach", old + "scripts.Bash", plugin + "email.MailSend", plugin + "git.SyncFlows", plugin + "ai.completion.ChatCompletion",
		core + "flow.Switch", old + "scripts.Node", old + "scripts.Python",
		core + "http.Download", plugin + "jdbc.postgresql.Query", plugin + "serdes.csv.IonToCsv", plugin + "aws.s3.Upload", plugin + "aws.s3.Download",
		plugin + "jdbc.postgresql.CopyIn", core + "execution.Labels", plugin + "jdbc.duckdb.Query", plugin + "gcp.bigquery.Query", plugin + "dbt.cli.DbtCLI",
		core + "storage.PurgeCurrentExecutionFiles", plugin + "gcp.gcs.Upload", plugin + "fs.ssh.Command", core + "flow.Sequential", plugin + "sendgrid.SendGridMailSend",
		plugin + "git.SyncNamespaceFiles", plugin + "ansible.cli.AnsibleCLI", plugin + "git.PushFlows", plugin + "compress.ArchiveDecompress",
		plugin + "scripts.shell.Script", plugin + "serdes.json.IonToJson", core + "flow.ForEachItem", core + "flow.EachParallel", core + "flow.EachSequential",
		core + "flow.Sleep", plugin + "terraform.cli.TerraformCLI",
		core + "namespace.DownloadFiles", core + "namespace.UploadFiles", core + "flow.Loop", core + "execution.PurgeExecutions", core + "log.PurgeLogs",
		core + "flow.Template", core + "log.Fetch", core + "http.SseRequest", core + "state.Get", core + "storage.FilterItems", core + "storage.PurgeStorage",
		core + "metric.Publish", core + "trigger.Toggle", core + "execution.Count", core + "execution.Resume", core + "execution.Exit",
		core + "execution.SetVariables", core + "execution.UnsetVariables",
		// Names that Kestra once had for them, and has as aliases.
		old + "log.Log", old + "flows.Flow", old + "flows.Subflow", old + "flows.Worker", old + "flows.WorkingDirectory", old + "flows.EachParallel",
		old + "storages.Purge", core + "storage.Purge", old + "storages.PurgeExecution", core + "storage.PurgeExecution", old + "executions.Counts",
		old + "debugs.Return", old + "states.Get", plugin + "fs.http.Request", plugin + "fs.http.Download", plugin + "redis.string.Get", plugin + "mqtt.Publish",
		plugin + "kestra.executions.Count",
	} {
		set, found := engine.Core().Load([]*flow.Source{flow.NewSource("used", []byte("id: used\nnamespace: company.team\ntasks: [{id: t, type: "+typ+"}]\n"))})
		for _, d := range found.Errors() {
			if d.Path == "tasks[0].type" && (!saysUnsupported(d.Message) || strings.Contains(d.Message, "did you mean")) {
				t.Errorf("%s: %s", typ, d.Message)
			}
			if strings.HasPrefix(typ, plugin) && !strings.HasPrefix(typ, core) && d.Path == "tasks[0].type" && strings.Contains(d.Message, core) {
				t.Errorf("%s is taken for a core type: %s", typ, d.Message)
			}
		}
		if set.Len() == 0 && len(found.Errors()) == 0 {
			t.Errorf("%s: nothing is found, and nothing loads", typ)
		}
	}
}

func TestPropertiesInUse(t *testing.T) {
	for _, u := range []use{
		{"http.Request", `{id: t, type: io.kestra.plugin.core.http.Request, uri: "https://example.com/{{ flow.id }}", method: POST, body: '{"a": 1}', headers: {X-A: b}, contentType: application/json, retry: {type: constant, interval: PT1S}, options: {auth: {type: BASIC, username: u, password: p}, followRedirects: true, allowFailed: true}}`, loads},
		{"http.Request with a map as body", `{id: t, type: io.kestra.plugin.core.http.Request, uri: "https://example.com", method: PUT, body: "{{ trigger.body }}", formData: {a: b}, timeout: PT10S}`, loads},
		{"http.Download", `{id: t, type: io.kestra.plugin.core.http.Download, uri: "https://example.com/a.csv", saveAs: b.csv, failOnEmptyResponse: false}`, loads},
		{"kv.Set", `{id: t, type: io.kestra.plugin.core.kv.Set, key: k, value: "{{ flow.id }}", kvType: STRING, ttl: P1D, overwrite: true, namespace: company}`, loads},
		{"kv.Get", `{id: t, type: io.kestra.plugin.core.kv.Get, key: k, errorOnMissing: true}`, loads},
		{"Subflow", `{id: t, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: other, inputs: {a: "{{ trigger.body.a }}"}, wait: true, transmitFailed: true}`, loads},
		{"Subflow later", `{id: t, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: other, wait: false, scheduleDate: "{{ now() }}"}`, loads},
		{"ForEach", `{id: t, type: io.kestra.plugin.core.flow.ForEach, values: "{{ trigger.body.list }}", concurrencyLimit: 0, tasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: "{{ taskrun.value }}"}]}`, loads},
		{"If", `{id: t, type: io.kestra.plugin.core.flow.If, condition: "{{ trigger.body.a == 1 }}", then: [{id: a, type: io.kestra.plugin.core.log.Log, message: a}], else: [{id: b, type: io.kestra.plugin.core.log.Log, message: b}]}`, loads},
		{"Switch", `{id: t, type: io.kestra.plugin.core.flow.Switch, value: "{{ trigger.body.a }}", cases: {a: [{id: a, type: io.kestra.plugin.core.log.Log, message: a}]}, defaults: [{id: b, type: io.kestra.plugin.core.log.Log, message: b}]}`, loads},
		{"Pause", `{id: t, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT1M, onResume: [{id: ok, type: BOOLEAN, defaults: true}], behavior: RESUME}`, loads},
		{"Pause with delay", `{id: t, type: io.kestra.plugin.core.flow.Pause, delay: PT1S, timeout: PT1M}`, loads},
		{"WorkingDirectory", `{id: t, type: io.kestra.plugin.core.flow.WorkingDirectory, inputFiles: {a.txt: b}, outputFiles: ["*.txt"], namespaceFiles: {enabled: true, include: ["*.py"]}, tasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: m}]}`, loadsOr},
		{"Labels as a map", `{id: t, type: io.kestra.plugin.core.execution.Labels, labels: {a: "{{ flow.id }}"}}`, loads},
		{"Labels as a list", `{id: t, type: io.kestra.plugin.core.execution.Labels, labels: [{key: a, value: b}]}`, loads},
		{"Assert", `{id: t, type: io.kestra.plugin.core.execution.Assert, conditions: ["{{ trigger.body.a == 1 }}"], errorMessage: no}`, loads},
		{"ForEachItem", `{id: t, type: io.kestra.plugin.core.flow.ForEachItem, items: "{{ trigger.body.file }}", batch: {rows: 10}, namespace: company.team, flowId: other, wait: true, transmitFailed: true, inputs: {a: "{{ taskrun.items }}"}, labels: {a: b}}`, loadsOr},
		{"LoopUntil", `{id: t, type: io.kestra.plugin.core.flow.LoopUntil, condition: "{{ true }}", failOnMaxReached: true, checkFrequency: {interval: PT1S, maxIterations: 3}, tasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: m}]}`, loads},
		{"storage.Write", `{id: t, type: io.kestra.plugin.core.storage.Write, content: "{{ flow.id }}", extension: .txt}`, loads},
		{"storage.Concat", `{id: t, type: io.kestra.plugin.core.storage.Concat, files: ["{{ trigger.body.a }}"], separator: ",", extension: .txt}`, loads},
		{"Sleep", `{id: t, type: io.kestra.plugin.core.flow.Sleep, duration: PT1S}`, loads},
		{"EachParallel", `{id: t, type: io.kestra.core.tasks.flows.EachParallel, value: '["a", "b"]', tasks: [{id: l, type: io.kestra.core.tasks.log.Log, message: "{{ taskrun.value }}"}]}`, loads},
		{"EachSequential", `{id: t, type: io.kestra.core.tasks.flows.EachSequential, value: ["a", "b"], tasks: [{id: l, type: io.kestra.core.tasks.debugs.Return, format: "{{ taskrun.value }}"}]}`, loads},
		{"retry constant", `{id: t, type: io.kestra.plugin.core.debug.Return, retry: {type: constant, interval: PT1S, maxAttempt: 3, maxDuration: PT1M, warningOnRetry: true}}`, loads},
		{"retry exponential", `{id: t, type: io.kestra.plugin.core.debug.Return, retry: {type: exponential, interval: PT1S, maxInterval: PT10S, maxAttempts: 3}}`, loads},
		{"timeout", `{id: t, type: io.kestra.plugin.core.debug.Return, timeout: PT1M}`, loads},
		{"allowFailure, runIf, disabled", `{id: t, type: io.kestra.plugin.core.debug.Return, allowFailure: true, allowWarning: true, runIf: "{{ trigger.body.a }}", disabled: false, logLevel: DEBUG}`, loads},
		{"taskCache", `{id: t, type: io.kestra.plugin.core.debug.Return, taskCache: {enabled: true, ttl: PT1M}}`, loadsOr},
		{"assets", `{id: t, type: io.kestra.plugin.core.debug.Return, assets: {outputs: []}}`, "assets: is a feature of Kestra's Enterprise Edition"},
		{"workerGroup", `{id: t, type: io.kestra.plugin.core.debug.Return, workerGroup: {key: a}}`, "workerGroup: is a feature of Kestra's Enterprise Edition"},
	} {
		u.check(t)
	}
}

func TestFlowMembersInUse(t *testing.T) {
	const log = "[{id: other, type: io.kestra.plugin.core.log.Log, message: m}]"
	inputs := []use{}
	for _, typ := range []string{
		"STRING", "INT", "SELECT, values: [a]", "ARRAY, itemType: STRING", "BOOLEAN", "DATE", "FLOAT", "JSON", "FILE", "URI", "DURATION", "DATETIME",
		"MULTISELECT, values: [a]", "BOOL", "TIME", "ENUM, values: [a]", "YAML", "EMAIL",
	} {
		inputs = append(inputs, use{typ, "inputs: [{id: i, displayName: I, description: d, required: false, type: " + typ + "}]", loads})
	}
	for _, typ := range []string{"STRING", "FILE", "BOOLEAN", "JSON", "INT"} {
		inputs = append(inputs, use{"output " + typ, "outputs: [{id: o, type: " + typ + `, value: "{{ outputs.t.value }}"}]`, loads})
	}
	for _, u := range append(inputs, []use{
		{"dependsOn", "inputs: [{id: a, type: STRING, defaults: x}, {id: b, type: STRING, defaults: y, dependsOn: {inputs: [a], condition: \"{{ inputs.a == 'x' }}\"}}]", loads},
		{"validator", "inputs: [{id: a, type: STRING, defaults: x, validator: '[a-z]+'}]", loads},
		{"expression", "inputs: [{id: a, type: SELECT, expression: \"{{ ['x', 'y'] }}\", defaults: x}]", loads},
		{"name of an input", "inputs: [{name: a, type: STRING, defaults: x}]", loads},
		{"a default that breaks the constraint", "inputs: [{id: s, type: SELECT, defaults: High, values: [Low, 'High, very']}]", "the default breaks the input's own constraint"},
		{"defaults and not required", "inputs: [{id: s, type: STRING, required: false, defaults: x}]", "Kestra 1.3 refuses the flow"},
		{"defaults and prefill", "inputs: [{id: s, type: STRING, prefill: y, defaults: x}]", "Kestra 1.3 refuses the flow"},
		{"a required input that nothing gives", "inputs: [{id: s, type: STRING}]", "let `inputsFrom: body` take it from the request"},
		{"labels as a map", "labels: {team: a, size: 3, on: true}", loads},
		{"labels as a list", "labels: [{key: team, value: a}]", loads},
		{"errors", "errors: " + log, loads},
		{"finally", "finally: " + log, loads},
		{"afterExecution", "afterExecution: " + log, loads},
		{"variables", "variables: {a: \"{{ flow.id }}\", b: {c: [1]}}", loads},
		{"pluginDefaults by package", "pluginDefaults: [{type: io.kestra.plugin.gcp, values: {projectId: p}}, {type: io.kestra.plugin.jdbc.postgresql, values: {url: u}}]", loads},
		{"pluginDefaults by type", "pluginDefaults: [{type: io.kestra.plugin.core.debug.Return, forced: true, values: {format: f}}]", loads},
		{"taskDefaults", "taskDefaults: [{type: io.kestra.core.tasks.debugs.Return, values: {format: f}}]", loads},
		{"concurrency QUEUE", "concurrency: {limit: 1, behavior: QUEUE}", loads},
		{"concurrency CANCEL", "concurrency: {limit: 1, behavior: CANCEL}", loads},
		{"concurrency FAIL", "concurrency: {limit: 1, behavior: FAIL}", loads},
		{"disabled", "disabled: true", loads},
		{"retry", "retry: {type: constant, interval: PT1S, maxAttempts: 2}", loads},
		{"sla", "sla: [{id: s, type: MAX_DURATION, duration: PT1H, behavior: CANCEL, labels: {sla: missed}}]", loads},
		{"listeners", "listeners: []", "listeners: is not supported yet"},
		{"checks", `checks: [{condition: "{{ true }}", message: m}]`, "checks: are not asked"},
		{"extend, of blueprints", "extend: {title: T, tags: [a], ee: false, demo: true, meta_description: d}", "extend: belongs to the catalog of Kestra's blueprints and has no effect in a flow"},
		{"workerGroup", "workerGroup: {key: a}", "workerGroup: is a feature of Kestra's Enterprise Edition"},
	}...) {
		u.check(t)
	}
}

func TestTriggersInUse(t *testing.T) {
	const webhook = "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: 4wjtkzwVGBM9yKnjm3yv8r"
	for _, u := range []use{
		{"Schedule", "triggers: [{id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 9 * * *'}]", "the trigger type `io.kestra.plugin.core.trigger.Schedule` never fires here"},
		{"Schedule by its older name", "triggers: [{id: s, type: io.kestra.core.models.triggers.types.Schedule, cron: '0 9 * * *'}]", "never fires here"},
		{"Flow", "triggers: [{id: s, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, flows: []}}]", "never fires here"},
		{"aws.s3.Trigger", "triggers: [{id: s, type: io.kestra.plugin.aws.s3.Trigger, bucket: b}]", "never fires here"},
		{"kafka.Trigger", "triggers: [{id: s, type: io.kestra.plugin.kafka.Trigger, topic: b}]", "never fires here"},
		{"two Flow triggers with one id of preconditions", "triggers: [{id: s, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p}}, {id: v, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p}}]", "Duplicate preconditions with id [p]"},
		{"key, literal, and description", webhook + ", description: d}]", loads},
		{"key from secret()", "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: \"{{ secret('K') }}\"}]", loads},
		{"key, none", "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook}]", "triggers[0].key: is missing"},
		{"wait, returnOutputs, responseContentType", webhook + ", wait: true, returnOutputs: true, responseContentType: text/plain}]\noutputs: [{id: o, type: STRING, value: \"{{ outputs.t.value }}\"}]", loads},
		{"conditions", webhook + ", conditions: [{type: io.kestra.plugin.core.condition.ExpressionCondition, expression: \"{{ trigger.body.a == 1 }}\"}]}]", loads},
		{"inputs", webhook + ", inputs: {a: \"{{ trigger.body.a }}\"}}]\ninputs: [{id: a, type: STRING}]", loads},
		{"disabled", webhook + ", disabled: true}]", loads},
		{"responseCode", webhook + ", wait: true, responseCode: 201}]", loads},
		{"when", webhook + ", when: \"{{ trigger.body.a == 1 }}\"}]", loads},
		{"response, which Kestra does not have", webhook + ", wait: true, response: {body: ok}}]", loads},
		{"answer, which nobody has", webhook + ", answer: ok}]", "triggers[0]: unknown member `answer`"},
	} {
		u.check(t)
	}
}

func TestExpressionsInUse(t *testing.T) {
	const plain = `{id: t, type: io.kestra.plugin.core.debug.Return, format: "%"}`
	expressions := map[string]string{ // by expression
		"secret('A')": loads, "read('a.txt')": loads, "now()": loads, "kv('a')": loads, "render(trigger.body.a)": loads, "json(trigger.body.a)": loads,
		"tasksWithState('FAILED')": loads, "fromJson(trigger.body.a)": loads, "errorLogs()": loads, "range(1, 3)": loads, "yaml(trigger.body.a)": loads,
		"printContext()": loads, "read('x.sh', namespace='shared')": loads, "fileURI('a.txt')": loads, "http(uri='https://example.com')": loads,
		"appLink()": "Enterprise Edition", "credential('a')": "Enterprise Edition", "assets()": "Enterprise Edition",
		"random()":       "function or macro \"random\" does not exist; did you mean \"randomInt\"?",
		"a | fromJson":   "filter \"fromJson\" does not exist; it is a function: fromJson(…)",
		"a | tojson":     "did you mean \"toJson\"?",
		"a | dateFormat": "did you mean \"date\"?",
		"a | truncate":   "did you mean \"abbreviate\"?",
		"a | round":      "did you mean \"numberFormat\"?",
		"a | map":        "filter \"map\" does not exist",
		"a | jq":         "filter \"jq\" needs the argument \"expression\"",
		"a | jq '.a'":    "arguments stand in parentheses: jq('…')",
		"outputs.a-b":    "`outputs.a-b` is read as a difference: write `outputs['a-b']`",
		"triger.body":    "there is no variable `triger`; did you mean `trigger`?",
	}
	for _, filter := range []string{
		"jq('.a')", "date('yyyy')", "first", "json", "dateAdd(1, 'DAYS')", "default('a')", "length", "toJson", "replace({'a': 'b'})", "flatten", "trim", "lower", "keys",
		"split(',')", "last", "startsWith('a')", "base64encode", "join(',')", "values", "timestamp", "slugify", "upper", "title", "urlencode", "yaml", "merge([1])",
		"slice(0, 1)", "substringAfter('a')", "substringAfterLast('a')", "string", "number", "distinct", "endsWith('a')", "timestampNano", "timestampMicro",
		"indent(2)", "nindent(2)",
	} {
		expressions["trigger.body.a | "+filter] = loads
	}
	for _, variable := range []string{
		"outputs.t.value", "execution.id", "execution.startDate", "trigger.body", "trigger.headers", "trigger.parameters", "taskrun.value", "taskrun.startDate", "flow.id",
		"flow.namespace", "envs.a", "task.id", "parent.taskrun.value", "labels.a",
	} {
		expressions[variable] = loads
	}
	for expression, want := range expressions {
		use{expression, strings.Replace(plain, "%", "{{ "+expression+" }}", 1), want}.check(t)
	}
	for text, want := range map[string]string{
		"{% if trigger.body.a %}a{% else %}b{% endif %}":      loads,
		"{% for x in trigger.body.list %}{{ x }}{% endfor %}": loads,
		"{% raw %}{{ x }}{% endraw %}":                        loads,
		"${#x}":                                               "unclosed comment", // a length in bash
	} {
		use{text, strings.Replace(plain, "%", text, 1), want}.check(t)
	}
}
