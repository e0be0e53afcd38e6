// Package notice has what messages about an execution tell, for the groups of tasks that send some.
package notice
