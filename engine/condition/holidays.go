package condition

import (
	"maps"
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cy"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ecb"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/is"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/ke"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lu"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mt"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/mx"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/rs"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/th"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// country has the public holidays of a country.
type country struct {
	whole []*cal.Holiday            // of the whole country; nil: those that all parts have
	parts map[string][]*cal.Holiday // of its subdivisions with those of the country, by the second half of their ISO 3166-2 code
	both  bool                      // a holiday that falls on a weekend stays one when another day is given for it, which then comes on top
}

// countries are those whose holidays are known, by their ISO 3166-1 code, and TARGET, by whose days banks in Europe settle.
var countries = map[string]country{
	"AR": {whole: ar.Holidays},
	"AT": {whole: at.Holidays},
	"AU": {both: true, parts: map[string][]*cal.Holiday{
		"ACT": au.HolidaysACT, "NSW": au.HolidaysNSW, "NT": au.HolidaysNT, "QLD": au.HolidaysQLD,
		"SA": au.HolidaysSA, "TAS": au.HolidaysTAS, "VIC": au.HolidaysVIC, "WA": au.HolidaysWA,
	}},
	"BE": {whole: be.Holidays},
	"BG": {whole: bg.Holidays},
	"BR": {whole: br.Holidays},
	"CA": {whole: ca.Holidays},
	"CH": {parts: map[string][]*cal.Holiday{
		"AG": ch.HolidaysAG, "AI": ch.HolidaysAI, "AR": ch.HolidaysAR, "BE": ch.HolidaysBE,
		"BL": ch.HolidaysBL, "BS": ch.HolidaysBS, "FR": ch.HolidaysFR, "GE": ch.HolidaysGE,
		"GL": ch.HolidaysGL, "GR": ch.HolidaysGR, "JU": ch.HolidaysJU, "LU": ch.HolidaysLU,
		"NE": ch.HolidaysNE, "NW": ch.HolidaysNW, "OW": ch.HolidaysOW, "SG": ch.HolidaysSG,
		"SH": ch.HolidaysSH, "SO": ch.HolidaysSO, "SZ": ch.HolidaysSZ, "TG": ch.HolidaysTG,
		"TI": ch.HolidaysTI, "UR": ch.HolidaysUR, "VD": ch.HolidaysVD, "VS": ch.HolidaysVS,
		"ZG": ch.HolidaysZG, "ZH": ch.HolidaysZH,
	}},
	"CY": {whole: cy.Holidays},
	"CZ": {whole: cz.Holidays},
	"DE": {whole: de.Holidays, parts: map[string][]*cal.Holiday{
		"BB": de.HolidaysBB, "BE": de.HolidaysBE, "BW": de.HolidaysBW, "BY": de.HolidaysBY,
		"HB": de.HolidaysHB, "HE": de.HolidaysHE, "HH": de.HolidaysHH, "MV": de.HolidaysMV,
		"NI": de.HolidaysNI, "NW": de.HolidaysNW, "RP": de.HolidaysRP, "SH": de.HolidaysSH,
		"SL": de.HolidaysSL, "SN": de.HolidaysSN, "ST": de.HolidaysST, "TH": de.HolidaysTH,
	}},
	"DK":     {whole: dk.Holidays},
	"TARGET": {whole: ecb.Holidays},
	"EE":     {whole: ee.Holidays},
	"ES":     {whole: es.Holidays},
	"FI":     {whole: fi.Holidays},
	"FR":     {whole: fr.Holidays},
	"GB":     {whole: gb.Holidays},
	"GR":     {whole: gr.Holidays},
	"HR":     {whole: hr.Holidays},
	"HU":     {whole: hu.Holidays},
	"IE":     {whole: ie.Holidays},
	"IS":     {whole: is.Holidays},
	"IT":     {whole: it.Holidays},
	"JP":     {whole: jp.Holidays, both: true},
	"KE":     {whole: ke.Holidays, both: true},
	"LT":     {whole: lt.Holidays},
	"LU":     {whole: lu.Holidays},
	"LV":     {whole: lv.Holidays, both: true},
	"MT":     {whole: mt.Holidays},
	"MW":     {whole: mw.Holidays, both: true},
	"MX":     {whole: mx.Holidays},
	"NC":     {whole: nc.Holidays},
	"NL":     {whole: nl.Holidays},
	"NO":     {whole: no.Holidays},
	"NZ":     {whole: nz.Holidays},
	"PL":     {whole: pl.Holidays},
	"PT":     {whole: pt.Holidays},
	"RO":     {whole: ro.Holidays},
	"RS":     {whole: rs.Holidays},
	"RU":     {whole: ru.Holidays},
	"SE":     {whole: se.Holidays},
	"SI":     {whole: si.Holidays},
	"SK":     {whole: sk.Holidays},
	"TH":     {whole: th.Holidays},
	"UA":     {whole: ua.Holidays},
	"US":     {whole: us.Holidays},
	"ZA":     {whole: za.Holidays},
}

// countryCodes returns the codes of all countries, sorted.
func countryCodes() []string { return slices.Sorted(maps.Keys(countries)) }

// isHoliday reports whether a day is a holiday in a part of a country, or, if part is "", in the whole country.
func (c *country) isHoliday(part string, day time.Time) bool {
	if part != "" {
		return c.has(c.parts[part], day)
	}
	if c.whole != nil {
		return c.has(c.whole, day)
	}
	for _, holidays := range c.parts {
		if !c.has(holidays, day) {
			return false
		}
	}
	return true
}

func (c *country) has(holidays []*cal.Holiday, day time.Time) bool {
	year, month, _ := day.Date()
	for _, h := range holidays {
		if c.falls(h, year, day) || month == time.January && c.falls(h, year-1, day) || month == time.December && c.falls(h, year+1, day) {
			return true
		}
	}
	return false
}

// falls reports whether the holiday of a year falls on a day, or on another one that stands for it.
func (c *country) falls(h *cal.Holiday, year int, day time.Time) bool {
	actual, observed := h.Calc(year)
	return !observed.IsZero() && (sameDay(observed, day) || c.both && sameDay(actual, day))
}

// sameDay reports whether a holiday, which begins at midnight in the zone of the system, or beside it where clocks are changed at
// midnight, is on a day.
func sameDay(holiday, day time.Time) bool {
	y, m, d := holiday.Add(12 * time.Hour).Date()
	year, month, dayOfMonth := day.Date()
	return d == dayOfMonth && m == month && y == year
}
