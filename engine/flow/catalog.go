package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
)

// String returns the word that messages use for the kind.
func (k Kind) String() string {
	switch k {
	case KindTask:
		return "task"
	case KindTrigger:
		return "trigger"
	case KindCondition:
		return "condition"
	default:
		return "component"
	}
}

// Catalog is the set of component types that flows can use. It does not change.
type Catalog struct {
	specs  []*Spec
	byType map[catalogKey]*Spec
	names  map[Kind][]string // every spelling that loads, for nearest names
}

type catalogKey struct {
	kind Kind
	typ  string
}

// NewCatalog returns the catalog of specs, and of the types that Kestra has beside them, which are known by name and
// not supported. A type or alias given twice, a property given twice or one that all components of the kind have is a
// programming error, as is an object without properties or a shape without branches.
func NewCatalog(specs ...Spec) (*Catalog, error) {
	c := &Catalog{byType: map[catalogKey]*Spec{}, names: map[Kind][]string{}}
	for i := range specs {
		spec := specs[i]
		if err := checkProperties(&spec); err != nil {
			return nil, err
		}
		if err := c.add(&spec); err != nil {
			return nil, err
		}
	}
	for _, known := range kestraTypes() {
		if slices.ContainsFunc(known.spellings(), func(typ string) bool { return c.Lookup(known.Kind, typ) != nil }) {
			continue
		}
		if err := c.add(&known); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Catalog) add(spec *Spec) error {
	for _, typ := range spec.spellings() {
		key := catalogKey{spec.Kind, typ}
		if c.byType[key] != nil {
			return fmt.Errorf("catalog: %s type %s is given twice", spec.Kind, typ)
		}
		c.byType[key] = spec
		c.names[spec.Kind] = append(c.names[spec.Kind], typ)
	}
	c.specs = append(c.specs, spec)
	return nil
}

func checkProperties(spec *Spec) error {
	if spec.Type == "" {
		return fmt.Errorf("catalog: a %s has no type", spec.Kind)
	}
	if (spec.Shape == ShapeLeaf) != (spec.Branches == nil) {
		return fmt.Errorf("catalog: %s needs Branches for the shape it has, and none for a leaf", spec.Type)
	}
	for _, p := range spec.Properties {
		if _, common := commonMembers[spec.Kind][p.Name]; common {
			return fmt.Errorf("catalog: property %s of %s is one that every %s has", p.Name, spec.Type, spec.Kind)
		}
	}
	return checkNames(spec.Properties, spec.Type)
}

// checkNames checks the names of properties, and of those inside of them.
func checkNames(properties []Property, of string) error {
	seen := map[string]bool{}
	for _, p := range properties {
		if p.Name == "" || seen[p.Name] {
			return fmt.Errorf("catalog: property %q of %s is given twice or has no name", p.Name, of)
		}
		seen[p.Name] = true
		if object := p.Type == Object || p.Type == Objects; object != (len(p.Properties) > 0) {
			return fmt.Errorf("catalog: property %s of %s needs Properties if it is an object, and none else", p.Name, of)
		}
		if err := checkNames(p.Properties, of+"."+p.Name); err != nil {
			return err
		}
	}
	return nil
}

// spellings returns the type and its aliases.
func (s *Spec) spellings() []string {
	return append([]string{s.Type}, s.Aliases...)
}

// Lookup returns the spec with this type or alias, compared exactly; nil when there is none.
func (c *Catalog) Lookup(kind Kind, typ string) *Spec { return c.byType[catalogKey{kind, typ}] }

// Specs returns all specs: those given, in order, then Kestra's further types, whose Compile is nil. The caller must not
// change them.
func (c *Catalog) Specs() []*Spec { return c.specs }

// nearest returns the known type of this kind that looks most like typ; "" when none is near.
func (c *Catalog) nearest(kind Kind, typ string) string {
	if name := nearest.Name(typ, c.names[kind]); name != "" {
		return name
	}
	// A right class name in a wrong package is a usual mistake, and far away in letters.
	class := typ[strings.LastIndexByte(typ, '.')+1:]
	if class == "" || class != typ && !strings.HasPrefix(typ, kestraPrefix) {
		return ""
	}
	for _, name := range c.names[kind] {
		if strings.EqualFold(name[strings.LastIndexByte(name, '.')+1:], class) {
			return name
		}
	}
	return ""
}
