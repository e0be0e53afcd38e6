package memory

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// fill sets every exported field, at any depth, to a random value.
func fill(v reflect.Value, r *rand.Rand) {
	if t, ok := reflect.TypeAssert[*time.Time](v.Addr()); ok {
		*t = time.Unix(r.Int64N(1<<40)-1<<39, r.Int64N(1e9)).UTC()
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat("é\x00x", r.IntN(4)))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 1)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(int32(r.Uint32())))
	case reflect.Uint8:
		v.SetUint(uint64(r.IntN(256)))
	case reflect.Uint64:
		v.SetUint(r.Uint64())
	case reflect.Slice:
		if n := r.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			fill(v.Index(i), r)
		}
	case reflect.Pointer:
		if r.IntN(2) == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), r)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), r)
			}
		}
	default:
		panic(v.Type())
	}
}

// TestPackedComesBack packs random executions, in every field of which something stands: a field that is new and not packed is
// found here.
func TestPackedComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	same := cmp.Options{cmpopts.IgnoreUnexported(execution.State{}, execution.Run{}), cmpopts.EquateEmpty()}
	for range 500 {
		s := New(Options{EndedBytes: 1 << 30})
		want := new(execution.State)
		fill(reflect.ValueOf(want).Elem(), r)
		want.Progress.Stage = execution.StageEnd
		want.History = append(want.History, execution.Transition{Status: execution.Success, At: time.Unix(1, 2).UTC()})
		for _, d := range []*execution.Datum{&want.Trigger.Variables, &want.Inputs, &want.Variables, &want.Outputs} {
			*d = d.Kept()
		}
		for i := range want.Runs {
			want.Runs[i].Outputs = want.Runs[i].Outputs.Kept()
		}
		accept(t, s, want)
		if s.archived(want.ID) == nil {
			t.Fatal("it is not in the archive")
		}
		got, err := s.Load(t.Context(), want.ID)
		must(t, err)
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("loaded (-want +got):\n%s", diff)
		}
		found, _, err := s.List(t.Context(), execution.Query{})
		must(t, err)
		summary := execution.Summary{
			Seq: 1, ID: want.ID, Namespace: want.Namespace, FlowID: want.FlowID, Revision: want.Revision, TriggerID: want.Trigger.ID, Head: want.Head,
		}
		if diff := cmp.Diff([]execution.Summary{summary}, found, same, cmpopts.IgnoreFields(summary, "Bytes")); diff != "" {
			t.Fatalf("listed (-want +got):\n%s", diff)
		}
		must(t, s.Commit(t.Context(), write(want.ID, 1, want.Head))) // unpacks, and packs again
		again, err := s.Load(t.Context(), want.ID)
		must(t, err)
		want.Version = 2
		if diff := cmp.Diff(want, again, same); diff != "" {
			t.Fatalf("loaded after a write (-want +got):\n%s", diff)
		}
	}
}

// TestLargeExecutionsAreNotPacked checks that nothing long is done with the lock held.
func TestLargeExecutionsAreNotPacked(t *testing.T) {
	s := New(Options{})
	st := state("x", execution.Success)
	st.Outputs.JSON = make([]byte, packLimit)
	accept(t, s, st)
	if e := s.executions["x"]; len(e.packed.text) > 0 || e.state == nil {
		t.Error("it is packed")
	}
}
