package condition

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func publicHolidaySpec() flow.Spec {
	spec := kestraSpec("PublicHoliday", "Met on public holidays of a country, or of a part of it.")
	spec.Properties = []flow.Property{
		dateProperty,
		{Name: "country", Type: flow.String, Required: true, Dynamic: true, Summary: "The ISO 3166-1 code, as in FR: one of " + strings.Join(countryCodes(), ", ") + "."},
		{Name: "subDivision", Type: flow.String, Dynamic: true, Summary: "The second half of an ISO 3166-2 code, as in BY, or the whole; known of " + strings.Join(dividedCountries(), ", ") + "."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.PublicHoliday
date: "{{ now() }}"
country: FR
`
	spec.Compile = func(c *flow.Component) (any, error) {
		date, err := newDate(c, new(calendar).day)
		if err != nil {
			return nil, err
		}
		country, err := newSetting(c, "country", readCountry)
		if err != nil {
			return nil, err
		}
		part, err := newSetting(c, "subDivision", upper)
		if err != nil {
			return nil, err
		}
		x := publicHoliday{date, country, part}
		if country.isFixed() && part.isFixed() {
			if _, err := partOf(country.fixed, part.fixed); err != nil {
				return nil, c.Errorf("subDivision", "%w", err)
			}
		}
		return x, nil
	}
	spec.Check = checkDate
	return spec
}

func upper(text string) (string, error) { return strings.ToUpper(strings.TrimSpace(text)), nil }

func readCountry(text string) (string, error) {
	code, _ := upper(text)
	if _, ok := countries[code]; !ok {
		return "", errors.New("is no country whose holidays are known here, which are " + strings.Join(countryCodes(), ", "))
	}
	return code, nil
}

// dividedCountries returns the codes of the countries with subdivisions, sorted.
func dividedCountries() []string {
	return slices.DeleteFunc(countryCodes(), func(code string) bool { return countries[code].parts == nil })
}

// partOf returns the subdivision of a country that a text names: BY or DE-BY. None stands for the whole country.
func partOf(code, text string) (string, error) {
	part := strings.TrimPrefix(text, code+"-")
	if _, ok := countries[code].parts[part]; ok || part == "" {
		return part, nil
	}
	known := slices.Sorted(maps.Keys(countries[code].parts))
	if known == nil {
		return "", errors.New("is none that is known of " + code + ", of which there are only the holidays of the whole country here")
	}
	return "", errors.New("is none that is known of " + code + ", which are " + strings.Join(known, ", "))
}

// publicHoliday is Kestra's PublicHoliday, with the holidays of another library.
type publicHoliday struct {
	date          setting[time.Time]
	country, part setting[string]
}

// Holds implements [Condition].
func (p publicHoliday) Holds(ctx context.Context, e *Event) (bool, error) {
	code, err := p.country.get(ctx, e)
	if err != nil {
		return false, err
	}
	text, err := p.part.get(ctx, e)
	if err != nil {
		return false, err
	}
	part, err := partOf(code, text)
	if err != nil {
		return false, failed("property subDivision %v", err)
	}
	date, err := p.date.get(ctx, e)
	if err != nil {
		return false, err
	}
	if date.Year() < 1 || date.Year() > lastYear {
		return false, failed("property date is of no year from 1 to %d", lastYear)
	}
	country := countries[code]
	return country.isHoliday(part, date), nil
}

// lastYear is the last one whose holidays can be told.
const lastYear = 9999
