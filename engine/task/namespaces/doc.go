// Package namespaces has the tasks that read and write the files of namespaces.
package namespaces
