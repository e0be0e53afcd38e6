// Bench measures the built binary, and prints Markdown tables of requests per second beside those of Caddy's own respond:
//
//	go run ./tests/bench [-rounds 5] [-seconds 3] [-clients 64] [-body 1024] [-flows 10000]
//
//	-rounds   how many times all cases are driven in turn; medians are printed
//	-seconds  how long a case is driven in each round, after a tenth of it as warm-up; fractions are allowed
//	-clients  connections, each with one request under way at a time
//	-body     bytes of the JSON body that every request carries
//	-flows    how many flows one of the two servers of the second table loads; the other has 10
//
// # First table
//
// One Caddy on a loopback port serves everything, without an access log. Each case stands beside a yardstick: respond with
// the same status and a body of the same size, asked with the same method, headers and body. A ratio is computed in each
// round, where a case and its yardstick follow each other, and the median over the rounds is printed: other load on the
// machine changes the figures of a run, but hardly its ratios. Compare ratios, and only those of one table.
//
// Clients are goroutines of this program, which is a process of its own. They write and read HTTP/1.1 as bytes, to leave as
// much of the machine as possible to the server. They still take some of it, which brings ratios of requests per second
// closer to 1. So there is also the processor time that the server's process used per request, of all its threads, with
// executions and garbage collection; its clock ticks every 10 ms, so it means nothing in runs of less than a second.
//
// Executions are kept in memory. Those on disk are cases of a second server, with the store in a file: each answer was written and synced.
//
// # Second table
//
// Two servers, one with 10 flows and one with many, get the same requests in turn. Start is the time from the start of the
// process until it serves; heap is what is in use after that and a garbage collection.
//
// Every answer is checked for its status and the beginning of its body. The first wrong one ends the run with an error, as
// does a server that ends.
package main
