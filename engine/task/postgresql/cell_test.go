package postgresql

import (
	"testing"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// FuzzArray reads arrays: none panics, and none is nested deeper than the server nests.
func FuzzArray(f *testing.F) {
	for _, text := range []string{`{1,NULL,"a\"b"}`, `[0:1]={{1},{2}}`, `{`, `{"`, `{{}}`, `{,}`, `{"a"b}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := knownArrays().cell(pgtype.TextArrayOID, []byte(text))
		if err != nil {
			return
		}
		for depth := 0; v.Kind() == value.KindList && v.List().Len() > 0; depth++ {
			if depth > maxDimensions {
				t.Fatalf("%q is nested %d deep", text, depth)
			}
			v = v.List().At(0)
		}
	})
}
