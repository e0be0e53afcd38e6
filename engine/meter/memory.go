package meter

// What values take in memory, in bytes: a list and its items, and a map and its members with their places in the index.
const (
	ListBytes   = 32
	ItemBytes   = 24
	MapBytes    = 96
	MemberBytes = 64
)

// GrownBytes is what an item takes while its list still grows.
const GrownBytes = 2 * ItemBytes

// How memory is taken from the account: nothing before an evaluation has made that much, and then in pieces.
const (
	FreeMemory  = 16 << 10
	memoryPiece = 256 << 10
)

// Allocate takes bytes of memory from the budget, before they are allocated. What is dropped during the evaluation is not
// given back: the budget bounds what an evaluation makes, and with it what it can hold.
func (m *Meter) Allocate(bytes int) error {
	if m.granted -= bytes; m.granted >= 0 {
		return nil
	}
	return m.grant()
}

// grant asks the account for the memory that was taken beyond what it has given.
func (m *Meter) grant() error {
	piece := max(memoryPiece, -m.granted)
	if m.memory -= piece; m.memory < 0 {
		return NewFault(ClassLimit, -1, "evaluation makes more than %d bytes of values", m.limits.Memory)
	}
	if m.account != nil {
		if err := m.account.Take(int64(piece)); err != nil {
			return &Fault{Class: ClassBusy, At: -1, Msg: "there is no memory left for the evaluation now", Err: err}
		}
	}
	m.granted += piece
	return nil
}

// ChargeMembers charges for the memory of a map of n members.
func (m *Meter) ChargeMembers(n int) error { return m.Allocate(MapBytes + n*MemberBytes) }
