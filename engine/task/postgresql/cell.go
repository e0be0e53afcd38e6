package postgresql

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// arrays are the types of the items of arrays, by those of the arrays.
type arrays map[uint32]uint32

// knownArrays are the arrays of types that come with the server.
var knownArrays = sync.OnceValue(func() arrays {
	a := arrays{}
	types := pgtype.NewMap()
	const last = 5000 // the numbers of types that come with the server are below
	for oid := range uint32(last) {
		if t, ok := types.TypeForOID(oid); ok {
			if codec, ok := t.Codec.(*pgtype.ArrayCodec); ok {
				a[oid] = codec.ElementType.OID
			}
		}
	}
	return a
})

// cell returns what a field is that the server has sent as text.
func (a arrays) cell(oid uint32, raw []byte) (value.Value, error) {
	if raw == nil {
		return value.Null, nil
	}
	text := string(raw)
	if item, ok := a[oid]; ok {
		v, rest, err := a.array(item, afterBounds(text), 0)
		if err == nil && rest != "" {
			err = errArray
		}
		return v, err
	}
	switch oid {
	case pgtype.BoolOID:
		return value.Bool(text == "t"), nil
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.OIDOID:
		n, ok := new(big.Int).SetString(text, 10)
		if !ok {
			return value.String(text), nil
		}
		return value.BigInt(n), nil
	case pgtype.Float4OID, pgtype.Float8OID:
		f, err := strconv.ParseFloat(text, 64)
		return value.Float(f), err
	case pgtype.NumericOID:
		if d, err := value.ParseDecimal(text); err == nil {
			return d, nil
		}
		return value.String(text), nil // NaN and Infinity
	case pgtype.JSONOID, pgtype.JSONBOID:
		return value.DecodeJSONText(text)
	case pgtype.ByteaOID:
		raw, err := hex.DecodeString(strings.TrimPrefix(text, `\x`))
		return value.String(base64.StdEncoding.EncodeToString(raw)), err
	case pgtype.TimestampOID:
		return value.String(strings.Replace(text, " ", "T", 1)), nil
	case pgtype.TimestamptzOID:
		for _, layout := range []string{"2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999-07:00"} {
			if at, err := time.Parse(layout, text); err == nil {
				return value.String(at.Format("2006-01-02T15:04:05.999999Z07:00")), nil
			}
		}
		return value.String(text), nil // infinity, and years before the first
	default:
		return value.String(text), nil
	}
}

var errArray = errors.New("the server has sent an array that is broken")

// afterBounds returns the text of an array without its bounds, as in [0:1]={1,2}.
func afterBounds(text string) string {
	if strings.HasPrefix(text, "[") {
		if _, after, ok := strings.Cut(text, "="); ok {
			return after
		}
	}
	return text
}

// maxDimensions is how many dimensions an array has at most.
const maxDimensions = 6

// array reads an array, and returns what comes behind it.
func (a arrays) array(item uint32, text string, depth int) (value.Value, string, error) {
	if depth == maxDimensions || !strings.HasPrefix(text, "{") {
		return value.Null, "", errArray
	}
	text = text[1:]
	delimiter := ","
	if item == pgtype.BoxOID {
		delimiter = ";"
	}
	var items []value.Value
	for {
		var v value.Value
		var err error
		switch {
		case strings.HasPrefix(text, "}"):
			return value.ListOf(items...), text[1:], nil
		case strings.HasPrefix(text, "{"):
			v, text, err = a.array(item, text, depth+1)
		case strings.HasPrefix(text, `"`):
			var word string
			if word, text, err = quotedItem(text[1:]); err == nil {
				v, err = a.cell(item, []byte(word))
			}
		default:
			end := strings.IndexAny(text, delimiter+"}")
			if end <= 0 {
				return value.Null, "", errArray
			}
			if word := text[:end]; word != "NULL" {
				v, err = a.cell(item, []byte(word))
			}
			text = text[end:]
		}
		if err != nil {
			return value.Null, "", err
		}
		items = append(items, v)
		if rest, ok := strings.CutPrefix(text, delimiter); ok {
			text = rest
		} else if !strings.HasPrefix(text, "}") {
			return value.Null, "", errArray
		}
	}
}

// quotedItem reads an item in quotes, and returns what comes behind it.
func quotedItem(text string) (word, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], nil
		case '\\':
			i++
			if i == len(text) {
				return "", "", errArray
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", errArray
}
