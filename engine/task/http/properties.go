package http

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{requestSpec(), downloadSpec(), sseRequestSpec()} }

// properties returns the properties that all tasks of the package have, and some more.
func properties(more ...flow.Property) []flow.Property {
	return append([]flow.Property{
		{Name: "uri", Type: flow.String, Required: true, Dynamic: true, Summary: "The address, with http:// or https://. A user and password have no place in it: see `options.auth`."},
		{Name: "method", Type: flow.String, Dynamic: true, Default: "GET", Summary: "The method, sent as it is written."},
		{Name: "params", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Parameters that are added to the query; a list gives a name several times, null is left out."},
		{Name: "headers", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "The headers; null is left out."},
		{Name: "body", Type: flow.Any, Dynamic: true, Summary: "The body: text, or a map or list that is sent as JSON."},
		{Name: "formData", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "The fields of a form, in place of a body. With the content type multipart/form-data a value may be the URI of a file, or a map of its `name` and its URI as `content`."},
		{Name: "contentType", Type: flow.String, Dynamic: true, Default: "application/json", Summary: "The content type of the body."},
		{Name: "options", Type: flow.Object, Summary: "How the request is made.", Properties: optionProperties()},
		{Name: "sslOptions", Type: flow.Object, Summary: "The older name of `options.ssl`.", Properties: sslProperties()},
		{Name: "allowFailed", Type: flow.Boolean, Dynamic: true, Summary: "The older name of `options.allowFailed`."},
	}, more...)
}

func sslProperties() []flow.Property {
	return []flow.Property{
		{Name: "insecureTrustAllCertificates", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Any certificate is trusted, so that nobody knows who answers: for tests."},
	}
}

// The values of properties.
var (
	proxyTypes = []string{"DIRECT", "HTTP", "SOCKS"}
	authTypes  = []string{"BASIC", "BEARER", "DIGEST"}
	logNames   = []string{"REQUEST_HEADERS", "REQUEST_BODY", "RESPONSE_HEADERS", "RESPONSE_BODY"}
	logLevels  = []string{"ALL", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF", "NOT_SPECIFIED"}
)

func optionProperties() []flow.Property {
	return []flow.Property{
		{Name: "timeout", Type: flow.Object, Summary: "How long to wait.", Properties: []flow.Property{
			{Name: "connectTimeout", Type: flow.Duration, Dynamic: true, Default: "PT30S", Summary: "For a connection."},
			{Name: "readIdleTimeout", Type: flow.Duration, Dynamic: true, Default: "PT5M", Summary: "For the headers of the answer, and for each piece of its body."},
		}},
		{Name: "proxy", Type: flow.Object, Summary: "The proxy that the request goes through.", Properties: []flow.Property{
			{Name: "type", Type: flow.String, Dynamic: true, Values: proxyTypes, Default: "HTTP", Summary: "What it speaks; DIRECT means that none is used."},
			{Name: "address", Type: flow.String, Dynamic: true, Summary: "Its name or address."},
			{Name: "port", Type: flow.Integer, Dynamic: true, Summary: "Its port."},
			{Name: "username", Type: flow.String, Dynamic: true, Summary: "The user, if it asks for one."},
			{Name: "password", Type: flow.String, Dynamic: true, Secret: true, Summary: "Its password."},
		}},
		{Name: "auth", Type: flow.Object, Summary: "Who asks. It is sent to the server of `uri` alone, not to one that it redirects to.", Properties: []flow.Property{
			{Name: "type", Type: flow.String, Required: true, Values: authTypes, Summary: "The scheme."},
			{Name: "username", Type: flow.String, Dynamic: true, Summary: "The user, for BASIC and DIGEST."},
			{Name: "password", Type: flow.String, Dynamic: true, Secret: true, Summary: "Its password."},
			{Name: "token", Type: flow.String, Dynamic: true, Secret: true, Summary: "The token, for BEARER."},
		}},
		{Name: "ssl", Type: flow.Object, Summary: "How certificates are checked.", Properties: sslProperties()},
		{Name: "followRedirects", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Redirects are followed, 20 at most."},
		{Name: "allowFailed", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "An answer with a code of 400 or more is no failure."},
		{Name: "allowedResponseCodes", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "The codes that are no failure; all others are."},
		{Name: "defaultCharset", Type: flow.String, Dynamic: true, Default: "UTF-8", Summary: "The charset of the body, unless the content type names one."},
		{Name: "logs", Type: flow.StringList, Values: logNames, Summary: "What is logged of the request and the answer: headers at level DEBUG, bodies at TRACE. Credentials are not."},
		{Name: "maxContentLength", Type: flow.Integer, Dynamic: true, Summary: "The most bytes that the answer may have. Default: 10 MiB, and for a Download what the storage for files takes."},

		{Name: "connectTimeout", Type: flow.Duration, Dynamic: true, Summary: "The older name of `timeout.connectTimeout`."},
		{Name: "readTimeout", Type: flow.Duration, Dynamic: true, Summary: "The older name of `timeout.readIdleTimeout`."},
		{Name: "readIdleTimeout", Type: flow.Duration, Dynamic: true, Summary: "The older name of `timeout.readIdleTimeout`."},
		{Name: "connectionPoolIdleTimeout", Type: flow.Duration, Dynamic: true, Summary: "It has no effect here: connections are shared by all tasks."},
		{Name: "proxyType", Type: flow.String, Dynamic: true, Values: proxyTypes, Summary: "The older name of `proxy.type`."},
		{Name: "proxyAddress", Type: flow.String, Dynamic: true, Summary: "The older name of `proxy.address`."},
		{Name: "proxyPort", Type: flow.Integer, Dynamic: true, Summary: "The older name of `proxy.port`."},
		{Name: "proxyUsername", Type: flow.String, Dynamic: true, Summary: "The older name of `proxy.username`."},
		{Name: "proxyPassword", Type: flow.String, Dynamic: true, Secret: true, Summary: "The older name of `proxy.password`."},
		{Name: "basicAuthUser", Type: flow.String, Dynamic: true, Summary: "The older name of `auth.username`, with the scheme BASIC."},
		{Name: "basicAuthPassword", Type: flow.String, Dynamic: true, Secret: true, Summary: "The older name of `auth.password`, with the scheme BASIC."},
		{Name: "logLevel", Type: flow.String, Values: logLevels, Summary: "The older name of `logs`: INFO logs the headers of the answer, DEBUG those of the request too, TRACE the bodies too."},
	}
}
