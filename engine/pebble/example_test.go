package pebble_test

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// A template is compiled once and rendered with the variables of each request. Compile refuses a filter, function or test
// that does not exist; a variable that is missing shows when the template is rendered.
func ExampleEngine_Compile() {
	engine := pebble.New(pebble.Options{})
	template, err := engine.Compile("Hello {{ trigger.body.user | upper }}!")
	if err != nil {
		fmt.Println(err)
		return
	}

	for _, body := range []string{`{"user": "Ada"}`, `{"name": "Bob"}`} {
		parsed, err := value.DecodeJSONText(body)
		if err != nil {
			fmt.Println(err)
			return
		}
		variables := value.MapOf("trigger", value.MapOf("body", parsed)).Map()
		text, err := template.Render(&pebble.Context{Vars: variables})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(text)
	}

	_, err = engine.Compile("{{ trigger.body.user | uper }}")
	fmt.Println(err)
	// Output:
	// Hello ADA!
	// unable to find `user` used in the expression `Hello {{ trigger.body.user | upper }}!` at line 1:23
	//   Hello {{ trigger.body.user | upper }}!
	//                         ^
	// filter "uper" does not exist; did you mean "upper"? at line 1:24
	//   {{ trigger.body.user | uper }}
	//                          ^
}
