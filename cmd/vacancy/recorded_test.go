package main

// What a server answers, recorded.
const (
	apartmentJSON = `{"id":"apt_1","title":"One-bedroom with a view of the whole river and of both bridges","city":"Austin","state":"TX",
		"bedrooms":1,"bathrooms":1.5,"squareFeet":640,"pets":["Cats"],"price":{"amount":79000,"currency":"USD"},"rentPeriod":"MONTHLY","status":"VACANT"}`
	bareApartmentJSON = `{"id":"apt_2","title":"Studio","city":null,"state":null,"bedrooms":0,"bathrooms":null,"squareFeet":null,"pets":[],
		"price":{"amount":102550,"currency":"USD"},"rentPeriod":"MONTHLY_OR_WEEKLY","status":"RESERVED","holdExpiresAt":"2026-02-03T12:01:00Z"}`

	heldJSON = `{"id":"res_1","status":"HELD","apartment":` + apartmentJSON + `,"price":{"amount":79000,"currency":"USD"},
		"placedAt":"2026-02-03T12:00:00Z","holdExpiresAt":"2026-02-03T12:01:00Z","serverTime":"SERVERTIME","pollAfter":10000,"extensions":0}`
	authorizedJSON = `{"id":"res_1","status":"HELD","apartment":` + apartmentJSON + `,"price":{"amount":79000,"currency":"USD"},
		"placedAt":"2026-02-03T12:00:00Z","holdExpiresAt":"2026-02-03T12:01:00Z","serverTime":"SERVERTIME","pollAfter":500,"extensions":0,
		"payment":{"id":"res_1-p1","status":"AUTHORIZED","amount":{"amount":79000,"currency":"USD"}}}`
	confirmingJSON = `{"id":"res_1","status":"CONFIRMING","apartment":` + apartmentJSON + `,"price":{"amount":79000,"currency":"USD"},
		"placedAt":"2026-02-03T12:00:00Z","holdExpiresAt":"2026-02-03T12:01:00Z","serverTime":"SERVERTIME","pollAfter":500,"extensions":0,
		"payment":{"id":"res_1-p1","status":"AUTHORIZED","amount":{"amount":79000,"currency":"USD"}}}`
	paidJSON = `{"id":"res_1","status":"PAID","apartment":` + apartmentJSON + `,"price":{"amount":79000,"currency":"USD"},
		"placedAt":"2026-02-03T12:00:00Z","holdExpiresAt":"2026-02-03T12:01:00Z","serverTime":"SERVERTIME","pollAfter":0,"extensions":0,
		"payment":{"id":"res_1-p1","status":"CAPTURED","amount":{"amount":79000,"currency":"USD"}}}`
	expiredJSON = `{"id":"res_1","status":"EXPIRED","apartment":` + apartmentJSON + `,"price":{"amount":79000,"currency":"USD"},
		"placedAt":"2026-02-03T12:00:00Z","holdExpiresAt":"2026-02-03T12:01:00Z","endedAt":"2026-02-03T12:01:00Z","serverTime":"SERVERTIME","pollAfter":0,"extensions":0}`
	failedJSON = `{"id":"res_1","status":"FAILED","apartment":` + apartmentJSON + `,"price":{"amount":79000,"currency":"USD"},
		"placedAt":"2026-02-03T12:00:00Z","holdExpiresAt":"2026-02-03T12:01:00Z","serverTime":"SERVERTIME","pollAfter":0,"extensions":0,
		"payment":{"id":"res_1-p1","status":"VOIDED","amount":{"amount":79000,"currency":"USD"}}}`
)

func payload(reservation string) string {
	return `{"payload":{"reservation":` + reservation + `,"userErrors":[]}}`
}

func refused(code, field, message, more string) string {
	return `{"payload":{"reservation":null,"userErrors":[{"code":"` + code + `","field":"` + field + `","message":"` + message + `"` + more + `}]}}`
}

func reservation(r string) string { return `{"reservation":` + r + `}` }
