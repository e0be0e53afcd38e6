package main

import (
	"encoding/binary"
	"errors"
	"net"
)

// serveDNS answers on l, until it is closed, that every name has the address 127.0.0.1 and no other.
func serveDNS(l net.PacketConn) {
	query := make([]byte, 512)
	for {
		n, from, err := l.ReadFrom(query)
		if err != nil {
			return
		}
		if answer, err := answerDNS(query[:n]); err == nil {
			l.WriteTo(answer, from) //nolint:errcheck // an answer that is lost is asked for again
		}
	}
}

const (
	dnsHeader = 12 // bytes
	dnsTypeA  = 1
)

// answerDNS answers a query of one question (RFC 1035, section 4.1).
func answerDNS(query []byte) ([]byte, error) {
	if len(query) < dnsHeader || binary.BigEndian.Uint16(query[4:]) != 1 {
		return nil, errors.New("not a query of one question")
	}
	end := dnsHeader // of the question: labels, each after its length, an empty one, type and class
	for end < len(query) && query[end] != 0 {
		end += 1 + int(query[end])
	}
	if end += 5; end > len(query) {
		return nil, errors.New("question is cut")
	}
	answer := append([]byte(nil), query[:end]...)
	answer[2], answer[3] = 0x84, 0       // an answer, authoritative, no error
	copy(answer[4:], []byte{0, 1, 0, 0}) // one question, no answer yet
	copy(answer[8:], []byte{0, 0, 0, 0}) // nothing in the other sections
	if question := query[end-4 : end]; binary.BigEndian.Uint16(question) == dnsTypeA {
		answer[7] = 1
		answer = append(answer, 0xc0, dnsHeader)   // the name of the question
		answer = append(answer, question...)       // its type and class
		answer = append(answer, 0, 0, 0, 60, 0, 4) // a minute; four bytes follow
		answer = append(answer, 127, 0, 0, 1)
	}
	return answer, nil
}
