// Package site is one site: the flows, namespaces, conditions and limits that one configuration serves, and the way of a
// request from its admission to its answer.
//
// What is asked of a request, in this order, and what it is answered with if that does not hold:
//
//	the shape of the URL                                   404
//	the server goes on                                     503
//	allow of the site                                      404
//	the method                                             405
//	namespace, flow and key, in one step                   404
//	allow of the trigger                                   404
//	the flow and the trigger are enabled                   409
//	a probe, or a handshake without a signature            200, and nothing else is asked
//	the body: size, coding, memory, time                   413, 415 or 400, 503, 408
//	the signature                                          401
//	a handshake with a signature, or an answer of respond  its own, and nothing else is asked
//	rateLimit                                              429
//	conditions                                             204
//	deduplicate: the first of its kind                     as the first one was
//	inputs                                                 422
//	a place, and memory                                    503
//	the store takes it                                     503
//
// [Site.Webhook] asks the first ones, down to probes, before it makes a call; the call asks the others. Without the key nothing but 404,
// 405 and the 503 of a server that ends can be had.
package site
