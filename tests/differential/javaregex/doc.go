// Command javaregex compares package engine/javaregex with java.util.regex on random patterns, which it makes from a seed.
//
// Without arguments it prints questions, one a line: pattern, replacement and subject as JSON texts with tabs between them.
// Answers.java adds what Java says to each, which testdata/answers.tsv keeps for seed 1, so that go test needs no Java:
//
//	go run ./tests/differential/javaregex -seed 1 -n 5000 | java tests/differential/javaregex/testdata/Answers.java > answers.tsv
//
// With -compare it reads such lines and prints those where the answers differ, and the share that is equal.
package main
