package engine_test

import "testing"

// TestOutsideInUse is what public flows use of tasks that reach outside of an execution: requests, pairs, files.
func TestOutsideInUse(t *testing.T) {
	const download = "{id: d, type: io.kestra.plugin.core.http.Download, uri: https://example.com/a.csv}"
	for _, u := range []use{
		{"body as JSON text, from a map", `{id: t, type: io.kestra.plugin.core.http.Request, uri: "{{ vars.url ?? 'https://example.com' }}", method: POST, contentType: application/json, body: "{{ {'a': trigger.body.a} | toJson }}"}`, loads},
		{"body as a map", `{id: t, type: io.kestra.plugin.core.http.Request, uri: https://example.com, method: POST, body: {a: "{{ trigger.body.a }}"}}`, loads},
		{"headers with a secret", `{id: t, type: io.kestra.plugin.core.http.Request, uri: https://example.com, headers: {Authorization: "Bearer {{ secret('TOKEN') }}", Accept: application/json}}`, loads},
		{"basicAuthUser", `{id: t, type: io.kestra.plugin.core.http.Request, uri: https://example.com, options: {basicAuthUser: u, basicAuthPassword: "{{ secret('P') }}"}}`, loads},
		{"readTimeout", `{id: t, type: io.kestra.plugin.core.http.Request, uri: https://example.com, options: {readTimeout: PT30S, connectTimeout: PT5S}}`, loads},
		{"allowFailed of the task", `{id: t, type: io.kestra.plugin.core.http.Request, uri: https://example.com, allowFailed: true}`, loads},
		{"by its older name", `{id: t, type: io.kestra.plugin.fs.http.Request, uri: https://example.com, method: DELETE, timeout: PT10S, retry: {type: exponential, interval: PT1S, maxInterval: PT10S, maxAttempt: 3}}`, loads},
		{"formData with a file", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [` + download + `, {id: t, type: io.kestra.plugin.core.http.Request, uri: https://example.com, method: POST, contentType: multipart/form-data, formData: {a: b, file: "{{ outputs.d.uri }}"}}]}`, loads},
		{"body and code of an answer", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: h, type: io.kestra.plugin.core.http.Request, uri: https://example.com}, {id: t, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.h.code }} {{ json(outputs.h.body).a }} {{ outputs.h.body | jq('.a') | first }}"}]}`, loads},
		{"an answer decides", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: h, type: io.kestra.plugin.core.http.Request, uri: https://example.com}, {id: t, type: io.kestra.plugin.core.flow.If, condition: "{{ outputs.h.code == 200 }}", then: [{id: l, type: io.kestra.plugin.core.log.Log, message: m}]}]}`, loads},
		{"Download by its older name", `{id: t, type: io.kestra.plugin.fs.http.Download, uri: "https://example.com/{{ execution.startDate | date('yyyy') }}.csv"}`, loads},
		{"a downloaded file is read", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [` + download + `, {id: t, type: io.kestra.plugin.core.debug.Return, format: "{{ read(outputs.d.uri) }}"}]}`, loads},
		{"SseRequest", `{id: t, type: io.kestra.plugin.core.http.SseRequest, uri: https://example.com/events}`, loads},

		{"kv.Set of a map", `{id: t, type: io.kestra.plugin.core.kv.Set, key: "{{ execution.id }}", value: "{{ trigger.body }}", kvType: JSON, namespace: "{{ flow.namespace }}"}`, loads},
		{"kv.Get of another namespace", `{id: t, type: io.kestra.plugin.core.kv.Get, key: k, namespace: company, errorOnMissing: false}`, loads},
		{"a value that was got", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: g, type: io.kestra.plugin.core.kv.Get, key: k}, {id: t, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.g.value }}"}]}`, loads},
		{"kv() with a namespace", `{id: t, type: io.kestra.plugin.core.log.Log, message: "{{ kv('k', namespace='company', errorOnMissing=false) }}"}`, loads},
		{"kv() in a webhook's condition", "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: 4wjtkzwVGBM9yKnjm3yv8r, conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: \"{{ kv('on') == 'yes' }}\"}]}]", loads},
		{"kv.Delete and kv.GetKeys", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: k, type: io.kestra.plugin.core.kv.GetKeys, prefix: a}, {id: d, type: io.kestra.plugin.core.kv.Delete, key: a}]}`, loads},

		{"LocalFiles into a directory", `{id: t, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [{id: l, type: io.kestra.plugin.core.storage.LocalFiles, inputs: {a.txt: "{{ trigger.body.a }}"}}, {id: o, type: io.kestra.plugin.core.storage.LocalFiles, outputs: ["*.txt"]}]}`, loads},
		{"namespaceFiles of a directory", `{id: t, type: io.kestra.plugin.core.flow.WorkingDirectory, namespaceFiles: {enabled: true, include: ["*.py"], exclude: [a.py], namespaces: [company]}, tasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: m}]}`, loadsOr},
		{"cache of a directory", `{id: t, type: io.kestra.plugin.core.flow.WorkingDirectory, cache: {patterns: ["node_modules/**"], ttl: PT1H}, tasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: m}]}`, loads},
		{"ForEachItem over a file", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [` + download + `, {id: t, type: io.kestra.plugin.core.flow.ForEachItem, items: "{{ outputs.d.uri }}", batch: {rows: 1}, namespace: company.team, flowId: other, inputs: {file: "{{ taskrun.items }}"}}]}`, loadsOr},
		{"PurgeCurrentExecutionFiles", `{id: t, type: io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles}`, loads},
		{"PurgeCurrentExecutionFiles by its older name", `{id: t, type: io.kestra.core.tasks.storages.PurgeExecution}`, loads},
		{"DownloadFiles", `{id: t, type: io.kestra.plugin.core.namespace.DownloadFiles, namespace: company.team, files: ["**.txt"]}`, loads},
		{"UploadFiles", `{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [` + download + `, {id: t, type: io.kestra.plugin.core.namespace.UploadFiles, namespace: company.team, filesMap: {a.csv: "{{ outputs.d.uri }}"}}]}`, loads},
		{"PurgeExecutions", `{id: t, type: io.kestra.plugin.core.execution.PurgeExecutions, endDate: "{{ now() | dateAdd(-1, 'MONTHS') }}", states: [SUCCESS]}`, loads},
		{"PurgeLogs", `{id: t, type: io.kestra.plugin.core.log.PurgeLogs, endDate: "{{ now() | dateAdd(-1, 'MONTHS') }}"}`, loads},
		{"metric.Publish", `{id: t, type: io.kestra.plugin.core.metric.Publish, metrics: [{type: counter, name: c, value: 1}]}`, loads},
		{"pluginDefaults of http.Request", "pluginDefaults: [{type: io.kestra.plugin.core.http.Request, values: {headers: {X-A: b}, options: {followRedirects: true}}}]", loads},
		{"FILE input, given by the trigger", "inputs: [{id: f, type: FILE, allowedFileExtensions: [.csv]}]\ntriggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: 4wjtkzwVGBM9yKnjm3yv8r, inputs: {f: \"{{ trigger.body.uri }}\"}}]", loads},
	} {
		u.check(t)
	}
}
