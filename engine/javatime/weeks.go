package javatime

// weekRule says on which day the weeks of a locale begin (1 is Monday), and how many days of a year or month the first
// week has at least.
type weekRule struct{ firstDay, minDays int }

// isoWeek is the rule of ISO 8601.
var isoWeek = weekRule{1, 4}

// localDay returns the day of the week counted from the first one; 1 to 7.
func (w weekRule) localDay(weekday int) int { return int(floorMod(int64(weekday-w.firstDay), 7)) + 1 }

// weekday is the inverse of localDay.
func (w weekRule) weekday(localDay int) int {
	return int(floorMod(int64(w.firstDay-1+localDay-1), 7)) + 1
}

// offset returns by how many days the first week begins before (negative) or after the first day of the period, given a
// day of the period and its local day of the week.
func (w weekRule) offset(day, localDay int) int {
	start := int(floorMod(int64(day-localDay), 7))
	if start+1 > w.minDays {
		return 7 - start
	}
	return -start
}

// number returns the week of a day in its month or year; 0 is the week before the first one.
func (w weekRule) number(day, localDay int) int { return weekNumber(w.offset(day, localDay), day) }

func weekNumber(offset, day int) int { return (7 + offset + day - 1) / 7 }

// ofYear returns the week of a date and the year that the week belongs to.
func (w weekRule) ofYear(c *civil) (week, year int) {
	offset := w.offset(c.yearDay, w.localDay(c.weekday))
	week = weekNumber(offset, c.yearDay)
	if week == 0 {
		last := civilDate(c.epochDay - int64(c.yearDay))
		return w.ofYear(&last)
	}
	if next := weekNumber(offset, yearLength(c.year)+w.minDays); week >= next {
		return week - next + 1, c.year + 1
	}
	return week, c.year
}

// weeks returns how many weeks a week-based year has.
func (w weekRule) weeks(year int) int {
	return weekNumber(w.offset(1, w.localDay(weekdayOf(epochDayOf(year, 1, 1)))), yearLength(year)+w.minDays) - 1
}

// epochDay returns the date of a day (1 to 7, local) in a week of a week-based year; a week that the year does not have is
// one of its neighbours.
func (w weekRule) epochDay(year, week, localDay int) int64 {
	return w.inPeriod(epochDayOf(year, 1, 1), week, localDay)
}

// inMonth returns the date of a day (1 to 7, local) in a week of a month.
func (w weekRule) inMonth(year, month, week, localDay int) int64 {
	return w.inPeriod(epochDayOf(year, month, 1), week, localDay)
}

func (w weekRule) inPeriod(first int64, week, localDay int) int64 {
	start := w.localDay(weekdayOf(first))
	return first + int64(localDay-start) + int64(week-w.number(1, start))*7
}
