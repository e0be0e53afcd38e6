package flow

import (
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
)

// TypeName is the name of a type of inputs and outputs, as flows write it.
type TypeName string

// The types of inputs and outputs. BOOL and ENUM are Kestra's other names for BOOLEAN and SELECT.
const (
	TypeString      TypeName = "STRING"
	TypeInt         TypeName = "INT"
	TypeFloat       TypeName = "FLOAT"
	TypeBoolean     TypeName = "BOOLEAN"
	TypeBool        TypeName = "BOOL"
	TypeDateTime    TypeName = "DATETIME"
	TypeDate        TypeName = "DATE"
	TypeTime        TypeName = "TIME"
	TypeDuration    TypeName = "DURATION"
	TypeJSON        TypeName = "JSON"
	TypeYAML        TypeName = "YAML"
	TypeURI         TypeName = "URI"
	TypeEmail       TypeName = "EMAIL"
	TypeSelect      TypeName = "SELECT"
	TypeEnum        TypeName = "ENUM"
	TypeMultiselect TypeName = "MULTISELECT"
	TypeArray       TypeName = "ARRAY"
	TypeFile        TypeName = "FILE"   // the URI of a file of an execution or of a namespace
	TypeSecret      TypeName = "SECRET" // of inputs: a text that logs do not show
	typeForm        TypeName = "FORM"   // of inputs: a group of them, of which only what is inside is left when it is loaded
)

var (
	outputTypes = []TypeName{
		TypeString, TypeInt, TypeFloat, TypeBoolean, TypeBool, TypeDateTime, TypeDate, TypeTime, TypeDuration, TypeJSON, TypeYAML,
		TypeURI, TypeEmail, TypeSelect, TypeEnum, TypeMultiselect, TypeArray,
		TypeFile,
	}
	inputTypes = slices.Concat(outputTypes, []TypeName{TypeSecret, typeForm})

	// laterTypes are the types that are not supported yet, and what they need.
	laterTypes = map[TypeName]string{
		"REUSABLE_INPUTS": "inputs that several flows share",
		TypeSecret:        "encryption, as an output",
	}

	// itemTypes are the types that elements of lists may have.
	itemTypes = slices.DeleteFunc(slices.Clone(outputTypes), func(t TypeName) bool { return t == TypeArray || t.needsValues() })
)

func (t TypeName) needsValues() bool { return t == TypeSelect || t == TypeEnum || t == TypeMultiselect }

// isText reports whether a list or map becomes its text as a value of the type.
func (t TypeName) isText() bool {
	switch t {
	case TypeString, TypeSelect, TypeEnum, TypeEmail, TypeURI, TypeSecret:
		return true
	default:
		return false
	}
}

func (t TypeName) isList() bool { return t == TypeArray || t == TypeMultiselect }

// Type is the type of an input or output with the constraints of an input. Outputs have none.
type Type struct {
	Name             TypeName
	Item             TypeName // of the elements of ARRAY and MULTISELECT; empty: elements are kept (ARRAY), or text
	Values           []string // of SELECT, ENUM and MULTISELECT
	AllowCustomValue bool     // others than Values are allowed
	Validator        string   // STRING and SECRET: regular expression that the whole text must match
	Extensions       []string // FILE: those that its name may have, with the dot; empty: any

	input     bool // date-times print as Kestra stores inputs, lists and maps as JSON
	pattern   *javaregex.Regexp
	low, high *bound
}

// bound is a limit of a number, duration or time; a value equal to it is allowed.
type bound struct {
	text  string // as Java prints it
	order order
}

// order is what values of one type are compared by.
type order struct {
	number float64
	time   time.Time
}

func (o order) compare(p order) int {
	if c := o.time.Compare(p.time); c != 0 {
		return c
	}
	switch {
	case o.number < p.number:
		return -1
	case o.number > p.number:
		return 1
	}
	return 0
}
