package flow

// Kind says which list of a flow a component stands in.
type Kind int

// The kinds of component.
const (
	KindTask Kind = iota
	KindTrigger
	KindCondition
)

// Spec describes one component type. The packages that implement components export their specs, the engine builds one
// [Catalog] of them, and loading, documentation, schema and command line all read it from there.
type Spec struct {
	Kind        Kind
	Type        string   // canonical, as in io.kestra.plugin.core.log.Log
	Aliases     []string // other spellings that load; a flow keeps the one it was written with
	Summary     string   // one line
	Properties  []Property
	Outputs     []TaskOutput // tasks: what later expressions read as outputs.<id>.<name>
	OpenOutputs bool         // tasks: there may be others than Outputs, which follow from what the task does
	Example     string       // a component of this type as a flow writes it, in YAML
	Refused     bool         // Compile refuses every component of the type, in words of its own: no list of types has it
	Pure        bool         // tasks: running it again has no effect outside the execution, so nothing is committed around it
	Executor    bool         // tasks: Kestra's executor does it and no worker, since it changes the execution itself
	Directory   bool         // tasks: it works on the files of a directory, that of the WorkingDirectory it is in
	Commands    bool         // tasks: it runs commands on the machine of the server
	// NewVariables is the property of a task whose members become variables of the execution; empty: there is none.
	NewVariables string

	// Shape says how the tasks inside of a task run, and Branches which they are. A leaf has none, and no Branches.
	Shape    Shape
	Branches func(c *Component) Branches
	// Parts, when set, returns tasks that a compiled task is made of, see [Component.Part]. They become its property `tasks`, which
	// flows do not write.
	Parts func(c *Component) []*Component
	// Variables are the members that a trigger gives the variable `trigger` of expressions; nil: they are not known.
	Variables []Variable

	// Compile turns a component whose properties were checked into what its package runs: a task, a condition, a trigger.
	// Its children are compiled before it. An error that is no [*Diagnostic] is placed at the component; one that is a
	// warning stands beside a compiled component.
	// Flows are loaded at the same time, and so it may be called by several goroutines.
	// Nil means that Kestra has the type and this module does not support it yet: using it is an error that says so,
	// a warning for a trigger ("never fires here").
	Compile func(c *Component) (any, error)

	// Check, when set, looks at the compiled component inside its complete flow and reports what only shows there.
	Check func(f *Flow, c *Component, report Report)
}

// Runnable reports whether the type is a task that a worker of Kestra's runs by itself.
func (s *Spec) Runnable() bool { return s.Kind == KindTask && s.Shape == ShapeLeaf && !s.Executor }

// Shape is the form of a task: how the tasks inside of it run.
type Shape uint8

// The shapes.
const (
	ShapeLeaf     Shape = iota // there are none: it is run itself
	ShapeSequence              // one after the other, up to the first that fails
	ShapeParallel              // at once
	ShapeChoice                // one list of several, as a sequence, or none
	ShapeEach                  // the list once for each of several values, as a sequence
	ShapeUntil                 // the list again and again, as a sequence, until a condition holds
	ShapePause                 // after somebody has resumed it or its time is over, as a sequence
	ShapeDag                   // each as soon as those have ended that it comes after
	ShapeChild                 // there are none: it starts an execution of another flow
	ShapeChildren              // there are none: it starts several executions of another flow
)

// Branches are the lists of tasks inside of a task.
type Branches struct {
	Main     [][]*Component // one list, but for a Choice
	Errors   []*Component   // run when the main list has failed
	Finally  []*Component   // run at the end in any case
	Limit    int            // of a Parallel and a Dag: how many run at once; of an Each: for how many values; 0: all; of a Children: how many executions at once
	After    [][]int        // of a Dag: for each of its tasks, the indexes of those it comes after
	Beside   []*Component   // of a Pause: run while it is paused
	Lapse    Status         // of a Pause: what it ends with if nobody resumes it in time
	Forgive  bool           // failures inside make it end with WARNING
	Transmit bool           // of a Child and a Children: it fails, is killed or has a warning as its executions do
	Apart    bool           // of an Each: the tasks of one value run beside each other too, and each counts for Limit
	Shared   bool           // of a Sequence: the tasks share a directory, which is prepared before them and collected from after them
}

// Report takes a finding about a property of the component at hand; an empty property means the component as a whole.
type Report func(severity Severity, property, message string)

// Variable is one member of the variable `trigger`.
type Variable struct {
	Name  string
	Lists bool // it is a map that has a list of texts for each name, as headers are
	// Absent, when set, reports whether a trigger never gives it: early, to what is evaluated before the execution begins, or else to
	// the execution.
	Absent func(c *Component, early bool) bool
}

// PropertyType is the YAML form of a property.
type PropertyType int

// The property types.
const (
	String       PropertyType = iota // a scalar, taken as text as Kestra does (`key: 12345` is `12345`)
	Integer                          // a whole number, or text that is one
	Boolean                          // a YAML boolean, "true" or "false", or a whole number, as in `wait: 1`
	Duration                         // Go's or ISO-8601's form
	StringList                       // a list of scalars
	StringOrList                     // a scalar or a list of scalars (Log's message)
	Map                              // a mapping
	MapOrList                        // a mapping, or a list of {key, value} (labels)
	Any                              // any YAML value
	Conditions                       // a list of conditions
	Task                             // one task
	Tasks                            // a list of tasks
	TaskCases                        // a mapping, each of whose members is a list of tasks (Switch's cases)
	Inputs                           // a list of inputs, as a flow declares them
	Object                           // a mapping that has the Properties of its own
	Objects                          // a list of such mappings
)

// Property describes one property of a component type.
type Property struct {
	Name      string
	Type      PropertyType
	Summary   string // one line
	Required  bool
	Dynamic   bool     // its strings are expressions, compiled at load
	Default   string   // for documentation
	Values    []string // the only values allowed, compared exactly
	MaxLength int      // in UTF-16 units of the text as written; 0: no limit
	Secret    bool     // a dynamic String or StringList whose texts no finding may quote, not even a part of their expressions
	Condition bool     // a String that decides by what it renders to: one that prints text in every case is a warning
	ZeroMet   bool     // of a Condition: 0 is met too
	AtEnd     bool     // of a trigger: it, and all inside of it, is rendered when the execution has ended, so that its outputs can be read
	Variables []string // that its expressions see beside the others
	OpenNames bool     // of a dynamic String: its expressions see variables that the task gives, so no name is unknown
	Items     bool     // its expressions see taskrun.items, the file of a batch
	Extension bool     // Kestra does not have it; `validate --portable` names it
	Texts     bool     // of a Map: its members are scalars or nothing
	JSONText  bool     // of a dynamic Map, MapOrList or StringList: text that renders to JSON of one may stand for it
	NotYet    bool     // Kestra has it and it has no support here yet: using it is an error that says so

	Properties []Property // of an Object, or of each of Objects
}

// TaskOutput describes one output of a task.
type TaskOutput struct {
	Name    string
	Type    TypeName
	Summary string // one line
}
