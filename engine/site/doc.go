// Package site is one site: the flows, namespaces, conditions and limits that one configuration serves, and the way of a
// request from its admission to its answer.
package site
