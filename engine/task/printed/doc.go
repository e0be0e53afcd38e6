// Package printed takes the lines that commands print, wherever they run: it logs them, and reads the outputs, metrics and log lines that they
// tell by lines such as
//
//	::{"outputs": {…}, "metrics": [{…}], "logs": [{…}]}::
package printed
