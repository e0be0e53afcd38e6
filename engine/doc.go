// Package engine receives webhooks and runs the flows they start. It knows flows and no Caddy; package caddymodule is the
// other wing of the house.
//
// # The house
//
// A request walks forward through these packages, and none imports one that comes later; tests/architecture_test.go holds
// the table.
//
//	value      JSON-like values: ordered maps, exact numbers, printing
//	nearest    the name that somebody meant who misspelt it
//	signature  makes signatures and checks them: those of senders, and for expressions
//	size       sizes as people write them, as in 10MiB
//	meter      what one evaluation may cost, and the failures of evaluations
//	yaml       YAML as Kestra reads and writes it, for flow files and yaml()
//	ion        Ion text, both ways
//	javatime   dates as Java prints and reads them, with its zones and locales
//	javaformat numbers and texts as Java formats them
//	javaregex  regular expressions of Java, charged by the work they do
//	glob       patterns of paths, as of Java
//	jq         programs of jq, as jackson-jq runs them
//	pebble     the expression language, compiled at load
//	flow       flow files: YAML to model with positions, the catalog of types
//	cel        CEL expressions about requests, bounded in work and memory
//	condition  conditions of triggers: Kestra's types, and CEL
//	execution  the pure core: plan, state, step, changes, and what a store is
//	webhook    the trigger: URL, key, request, variables, answers
//	admission  shares memory, places and processors between requests, executions and flows
//	scope      what the expressions of an execution see
//	task       what a task is; one folder per group of tasks
//	files      files of executions and namespaces, in folders that nothing leads out of
//	outbound   requests to other servers, and which ones nobody may reach
//	upstream   a Kestra behind this server, to which requests are handed on
//	process    commands of scripts, as processes of the machine
//	outside    what tasks and expressions reach beyond their execution
//	trace      OpenTelemetry spans of executions and tasks
//	runner     drives the core: evaluates, runs tasks, keeps time, commits
//	store      where executions are kept: one package per kind, one suite for all
//	show       what operators see of executions
//	search     which of them, and of flows, the filters of Kestra's API ask for
//	site       what one configuration serves, and the way of a request to its answer
//	engine     this package: joins them
//	flowtest   cases of flows, each with an engine and a clock of its own
//
// Beside them stand secret, which reads secrets, mask and logline, which keep them out of logs, pathless, which does so with paths of
// files, guard, which makes errors of panics, and filelock, which tells what belongs to a process that lives.
//
// An [Engine] keeps and runs executions and lives as long as the process has a use for its store. A [Site] is what one
// configuration serves: flows, namespaces, conditions, limits. It is compiled by [NewSite], opened on an engine when the
// configuration starts, and does not change then; a new configuration, and an edit of a flow, makes new sites. Its method Webhook is
// the whole way of a request: admit (site.go), receive (call.go), decide (decide.go), run, answer.
//
// # Libraries
//
//	andybalholm/brotli         bodies with the content coding br, and files, in Go alone
//	cel.dev/cel-go             conditions in CEL: google/cel-go under its present import path, the one Caddy links
//	dlclark/regexp2            Java's regular expressions have look-around and back references; its matches have a time limit
//	go-git/go-git              clones of git without a program of that name; go-git/go-billy is the file system that it writes to
//	itchyny/gojq               the parser of jq programs; what it parses is run by package jq
//	jackc/pgx                  the protocol of PostgreSQL, with COPY; Caddy links it
//	klauspost/compress         bodies with the content coding zstd, and files of ZSTD and SNAPPY; Caddy links it
//	pierrec/lz4                files of LZ4
//	rickar/cal                 public holidays of countries, for one condition
//	go.opentelemetry.io/otel   the API of traces, as Caddy links it: spans of executions are below that of their request
//	go.uber.org/zap            Caddy's logger
//	go.step.sm/crypto          keys of PostgreSQL's clients that are encrypted; Caddy links it
//	golang.org/x/crypto/ssh    connections by SSH, as Caddy links it
//	golang.org/x/sys           jobs of Windows, by which commands end with all that they have begun
//	golang.org/x/net           what may be the name and the value of a header, as net/http has it
//	golang.org/x/time          the rate limits of triggers, as token buckets
//	golang.org/x/text          charsets of bodies, Unicode normalisation, upper and lower case
//	ulikunitz/xz               files of LZMA, and XZ that is written; xi2/xz reads it, with a bound for its memory, which the other has not
//	wneessen/go-mail           mail by SMTP, for the tasks that send some
//	containerd/errdefs         which errors of Docker's client say that there is no such thing
//	moby/moby/client, api      the API of Docker, for containers and images
//	moby/patternmatcher        what .dockerignore leaves out
//	opencontainers/image-spec  platforms of images, as Docker's client takes them
//	modernc.org/sqlite         a database in a file, in Go alone: xcaddy builds it without a C compiler
//	gopkg.in/yaml.v3           YAML of flow files and of yaml(): its nodes know their line and column
//
// and for tests alone:
//
//	cel.dev/expr               the conformance suite of CEL, in the text form of google.golang.org/protobuf
//	google/go-cmp              differences of values, readable
//	go.uber.org/goleak         goroutines that outlive their owner
//	modernc.org/libc           disks that fail, for the store in a file
//	pgregory.net/rapid         properties over random plans and values
package engine
