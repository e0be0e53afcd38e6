package cel

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Bounds of a single call. A call of the library cannot be stopped once it runs, so one that would pass them is refused.
const (
	maxResult  = 16 << 20 // bytes of a text that a call makes
	maxItems   = 100_000  // items of a list that a call makes or walks over
	maxText    = 4 << 20  // bytes of a text that a call walks over character by character
	maxNumber  = 1 << 10  // bytes of a text that is read as a number, a duration or a time
	maxZone    = 64       // bytes of the name of a time zone
	maxProduct = 1_000_000
	maxSort    = 20_000 // weight of a list that is sorted
)

// guardError is the refusal of a call.
type guardError struct{ message string }

// Error returns what was too large.
func (e *guardError) Error() string { return e.message }

func refuse(message string) ref.Val { return types.WrapErr(&guardError{message}) }

// cost is what a call takes: units of work, and bytes of what it makes.
type cost struct{ work, bytes int }

// price returns the worst-case cost of a call, or an error that refuses it. The work of finding that out is part of the cost.
type price func(a *arguments) (cost, error)

// prices are the prices by function. TestPrices walks over all functions of the environment, so that one that comes with a
// later library cannot be forgotten. Functions that are in constantCalls and not here cost what their node does.
var prices = map[string]price{
	operators.Add:           addPrice,
	operators.Less:          comparePrice,
	operators.LessEquals:    comparePrice,
	operators.Greater:       comparePrice,
	operators.GreaterEquals: comparePrice,
	keyFunction:             textPrice(0, textUnit, 2, maxResult), // an error may repeat the key

	"header":        textPrice(1, textUnit, 1, maxResult),
	"canonical":     textPrice(1, textUnit, 1, maxResult),
	"param":         textPrice(1, textUnit, 1, maxResult),
	"match":         textPrice(1, textUnit, 1, maxResult),
	orderedFunction: orderPrice,

	"size":       textPrice(0, 64, 0, 2*maxResult),
	"contains":   textPrice(0, 32, 0, 2*maxResult),
	"startsWith": textPrice(1, textUnit, 0, 2*maxResult),
	"endsWith":   textPrice(1, textUnit, 0, 2*maxResult),
	"trim":       textPrice(0, 16, 0, 2*maxResult),
	"string":     textPrice(0, 32, 1, maxResult),
	"bytes":      textPrice(0, textUnit, 1, maxResult),
	"truncate":   textPrice(0, 64, 0, 2*maxResult),
	"parseJSON":  textPrice(0, 3, 40, maxParseJSON),
	"parseURL":   textPrice(0, 1, 64, maxParseURL),

	"charAt":        textPrice(0, 16, 4, maxText),
	"lowerAscii":    textPrice(0, 8, 5, maxText),
	"upperAscii":    textPrice(0, 8, 5, maxText),
	"substring":     textPrice(0, 8, 5, maxText),
	"strings.quote": textPrice(0, 4, 8, maxText),
	"reverse":       reversePrice,
	"indexOf":       searchPrice,
	"lastIndexOf":   searchPrice,
	"replace":       replacePrice,
	"split":         splitPrice,
	"format":        formatPrice,
	"join":          joinPrice,

	"base64.decode": textPrice(0, 32, 1, maxResult),
	"base64.encode": textPrice(0, 32, 3, maxResult/2),

	overloads.Matches:  patternPrice,
	"regex.extract":    patternPrice,
	"regex.extractAll": extractAllPrice,
	"regex.replace":    regexReplacePrice,

	"translate": translatePrice,

	"hmac":               signPrice,
	"constantTimeEquals": constantTimePrice,

	"ip":             addressPrice(0),
	"cidr":           addressPrice(0),
	"isIP":           addressPrice(0),
	"isCIDR":         addressPrice(0),
	"ip.isCanonical": addressPrice(0),
	"containsIP":     addressPrice(1),
	"containsCIDR":   addressPrice(1),

	insertFunction:          insertPrice,
	"slice":                 slicePrice,
	"flatten":               flattenPrice,
	"distinct":              distinctPrice,
	"lists.range":           rangePrice,
	"optional.unwrap":       itemsPrice,
	"unwrapOpt":             itemsPrice,
	"sort":                  sortPrice,
	"@sortByAssociatedKeys": sortPrice,
	"math.@min":             itemsPrice,
	"math.@max":             itemsPrice,

	"int":       textPrice(0, 8, 0, maxNumber),
	"uint":      textPrice(0, 8, 0, maxNumber),
	"double":    textPrice(0, 8, 0, maxNumber),
	"bool":      textPrice(0, 8, 0, maxNumber),
	"duration":  textPrice(0, 8, 0, maxNumber),
	"timestamp": textPrice(0, 8, 0, maxNumber),

	"getFullYear": zonePrice, "getMonth": zonePrice, "getDayOfYear": zonePrice, "getDayOfMonth": zonePrice, "getDate": zonePrice,
	"getDayOfWeek": zonePrice, "getHours": zonePrice, "getMinutes": zonePrice, "getSeconds": zonePrice, "getMilliseconds": zonePrice,
}

// equalPrice is only high enough that comparing large values gets a meter, to which [meter.equal] then charges its walk.
func equalPrice(a *arguments) (cost, error) {
	if isContainer(a[0]) && isContainer(a[1]) || length(a[0]) > freeCallWork*textUnit {
		return cost{work: freeCallWork + 1}, nil
	}
	return cost{}, nil
}

func checkBytes(n int) error {
	if n > maxResult {
		return &guardError{"the result would be longer than 16 MiB"}
	}
	return nil
}

func checkItems(n int) error {
	if n > maxItems {
		return &guardError{"the list has more than 100000 items"}
	}
	return nil
}

func checkText(n, limit int) error {
	if n > limit {
		return &guardError{"the text is too long for this function"}
	}
	return nil
}

// textPrice is the price of a function that walks once over the argument with index arg, a text of at most limit bytes. It
// takes one unit for bytesPerUnit bytes of the text, and memoryPerByte bytes of memory for each byte.
func textPrice(arg, bytesPerUnit, memoryPerByte, limit int) price {
	return func(a *arguments) (cost, error) {
		n := length(a[arg])
		if err := checkText(n, limit); err != nil {
			return cost{work: 1}, err
		}
		return cost{2 + n/bytesPerUnit, n * memoryPerByte}, nil
	}
}

// addPrice is the price of a sum. A list of the request is copied, other lists are only put together.
func addPrice(a *arguments) (cost, error) {
	if n := length(a[0]) + length(a[1]); n > 0 {
		if err := checkBytes(n); err != nil {
			return cost{work: 1}, err
		}
		return cost{1 + n/textUnit, n}, nil
	}
	n := count(a[1])
	if n == 0 {
		return cost{work: 1}, nil
	}
	copied := n
	if list, ok := a[0].(array); ok {
		copied += list.l.Len()
	}
	return cost{2 + copied/2, listBytes + itemBytes*copied}, checkItems(count(a[0]) + n)
}

func comparePrice(a *arguments) (cost, error) {
	return cost{work: min(length(a[0]), length(a[1])) / textUnit}, nil
}

// inPrice is the price of looking up a key or a scalar. For a list or map it is only high enough to get a meter, to which
// [meter.contains] then charges its walk.
func inPrice(a *arguments) (cost, error) {
	if isContainer(a[0]) {
		return cost{work: freeCallWork + 1}, nil
	}
	return cost{work: 1 + length(a[0])/textUnit + count(a[1])/16}, nil
}

func itemsPrice(a *arguments) (cost, error) {
	n := count(a[0])
	return cost{1 + n, itemBytes * n}, checkItems(n)
}

// orderPrice is the price of sorting the keys of a map literal. Other maps have an order already.
func orderPrice(a *arguments) (cost, error) {
	m, ok := a[0].(traits.Mapper)
	if _, own := a[0].(object); !ok || own {
		return cost{}, nil
	}
	n := int(m.Size().(types.Int))
	return cost{1 + 8*n, itemBytes * n}, nil
}

func reversePrice(a *arguments) (cost, error) {
	if n := length(a[0]); n > 0 {
		return cost{1 + n/8, 5 * n}, checkText(n, maxText)
	}
	return itemsPrice(a)
}

// searchPrice is the price of searching for a text: the library compares the two character by character at each place.
func searchPrice(a *arguments) (cost, error) {
	n, m := length(a[0]), length(a[1])
	c := cost{1 + n/16 + m/16, 4 * (n + m)}
	if err := checkText(n, maxText); err != nil {
		return cost{work: 1}, err
	}
	if n >= m && n*m > 16*maxProduct {
		return cost{work: 1}, &guardError{"the texts are too long to search one in the other"}
	}
	c.work += min(n*m, n*n) / 64
	return c, nil
}

func replacePrice(a *arguments) (cost, error) {
	text, ok1 := a[0].(types.String)
	old, ok2 := a[1].(types.String)
	replacement, ok3 := a[2].(types.String)
	if !ok1 || !ok2 || !ok3 {
		return cost{work: 1}, nil
	}
	n := strings.Count(string(text), string(old))
	if limit, ok := a[3].(types.Int); ok && limit >= 0 {
		n = min(n, int(limit))
	}
	result := len(text) + n*max(0, len(replacement)-len(old))
	c := cost{1 + len(text)/16, result}
	if n > maxProduct/2 {
		return cost{work: c.work}, &guardError{"the text has more than 500000 places to replace"}
	}
	if err := checkBytes(result); err != nil {
		return cost{work: c.work}, err
	}
	c.work += n/4 + result/textUnit
	return c, nil
}

func splitPrice(a *arguments) (cost, error) {
	text, ok1 := a[0].(types.String)
	separator, ok2 := a[1].(types.String)
	if !ok1 || !ok2 {
		return cost{work: 1}, nil
	}
	n := strings.Count(string(text), string(separator)) + 1
	if separator == "" {
		n = utf8.RuneCountInString(string(text))
	}
	if limit, ok := a[2].(types.Int); ok && limit >= 0 {
		n = min(int(limit), len(text)+1) // what is allocated before looking
	}
	c := cost{work: 1 + len(text)/16}
	if err := checkItems(n); err != nil {
		return c, err
	}
	return cost{c.work + n/2, itemBytes * n}, nil
}

func joinPrice(a *arguments) (cost, error) {
	list, ok := a[0].(traits.Lister)
	if !ok {
		return cost{work: 1}, nil
	}
	n := count(list)
	if err := checkItems(n); err != nil {
		return cost{work: 1}, err
	}
	size := n * length(a[1])
	for i := range n {
		if size > maxResult {
			break
		}
		size += length(list.Get(types.Int(i)))
	}
	if err := checkBytes(size); err != nil {
		return cost{work: 1 + n}, err
	}
	return cost{1 + 2*n + size/64, 3*size + itemBytes*n}, nil
}

// formatPrice is the price of format, of which every clause may print one argument whole.
func formatPrice(a *arguments) (cost, error) {
	n := length(a[0])
	if err := checkText(n, maxText/4); err != nil {
		return cost{work: 1}, err
	}
	w := weigh(a[1], maxSort)
	c := cost{1 + n/8 + 8*w, 3*n + 300*w}
	if err := checkWeight(w, maxSort); err != nil {
		return cost{work: w}, err
	}
	return c, nil
}

func slicePrice(a *arguments) (cost, error) {
	start, ok1 := a[1].(types.Int)
	end, ok2 := a[2].(types.Int)
	if !ok1 || !ok2 || start < 0 || end < start {
		return cost{work: 1}, nil
	}
	n := min(int(end-start), count(a[0]))
	return cost{1 + n/2, itemBytes * n}, checkItems(n)
}

func flattenPrice(a *arguments) (cost, error) {
	depth := int64(1)
	if d, ok := a[1].(types.Int); ok {
		depth = int64(d)
	}
	n := flatCount(a[0], depth, maxItems)
	return cost{1 + 2*n, 2 * itemBytes * n}, checkItems(n)
}

// flatCount is the number of items after flattening, lists that are opened included; it stops above limit.
func flatCount(v ref.Val, depth int64, limit int) int {
	list, ok := v.(traits.Lister)
	if !ok || depth < 0 {
		return 1
	}
	n := count(list)
	if depth == 0 || n > limit {
		return n
	}
	total := 0
	for i := range n {
		if total > limit {
			break
		}
		item := list.Get(types.Int(i))
		total++
		if _, ok := item.(traits.Lister); ok {
			total += flatCount(item, depth-1, limit-total)
		}
	}
	return total
}

// distinctPrice is the price of distinct: the library compares every two items.
func distinctPrice(a *arguments) (cost, error) {
	n := count(a[0])
	if n > maxProduct/max(n, 1) {
		return cost{work: 1}, &guardError{"the list has more than 1000 items"}
	}
	w := weigh(a[0], maxProduct)
	hi, product := bits.Mul64(uint64(n), uint64(w))
	if hi > 0 || product > 2*maxProduct {
		return cost{work: w}, checkWeight(1, 0)
	}
	return cost{1 + w + int(product)/8, itemBytes * n}, nil
}

func rangePrice(a *arguments) (cost, error) {
	n, _ := a[0].(types.Int)
	if n > maxItems {
		return cost{work: 1}, checkItems(maxItems + 1)
	}
	return cost{1 + max(0, int(n))/16, 8 * max(0, int(n))}, nil
}

// sortPrice is the price of sorting. The last argument has the keys: the list itself, or those that sortBy made of it.
func sortPrice(a *arguments) (cost, error) {
	keys := a[0]
	if a[1] != nil {
		keys = a[1]
	}
	n := weigh(keys, maxSort)
	if err := checkWeight(n, maxSort); err != nil {
		return cost{work: n}, err
	}
	return cost{1 + n*bits.Len(uint(n)), 3 * itemBytes * count(keys)}, nil
}

// zonePrice is the price of a function with a named time zone, which is read from the system's files.
func zonePrice(a *arguments) (cost, error) {
	n := length(a[1])
	if a[1] == nil {
		return cost{work: 1}, nil
	}
	if err := checkText(n, maxZone); err != nil {
		return cost{work: 1}, err
	}
	return cost{200, 8 << 10}, nil
}
