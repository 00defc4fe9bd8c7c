// The flows of a Go client (Grafana's driver), once for each set of options: port, database, certificate, options...
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

const insert = `INSERT INTO measurements
	(station_id, measured_at, value, quality, valid, price, day, counted, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

func main() {
	pem, err := os.ReadFile(os.Args[3])
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	if err := mysql.RegisterTLSConfig("emulator", &tls.Config{RootCAs: roots, ServerName: "localhost"}); err != nil {
		panic(err)
	}
	for _, options := range os.Args[4:] {
		dsn := fmt.Sprintf("root:@tcp(127.0.0.1:%s)/%s?parseTime=true", os.Args[1], os.Args[2])
		if options != "plain" {
			dsn += "&" + options
		}
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			panic(err)
		}
		flow(db, func(name string, check func() (any, error)) {
			found, err := check()
			var failed *mysql.MySQLError
			if errors.As(err, &failed) {
				found = fmt.Sprintf("error %d %s", failed.Number, string(failed.SQLState[:]))
			} else if err != nil {
				found = err.Error()
			}
			fmt.Printf("%s\t%s\t%v\n", options, name, found)
		})
		if err := db.Close(); err != nil {
			panic(err)
		}
	}
}

func flow(db *sql.DB, check func(string, func() (any, error))) {
	at := time.Date(2026, 1, 31, 12, 5, 6, 0, time.UTC)
	check("ping", func() (any, error) { return "pong", db.Ping() })
	check("insert", func() (any, error) {
		if _, err := db.Exec("DELETE FROM measurements WHERE station_id IS NOT NULL"); err != nil {
			return nil, err
		}
		done, err := db.Exec(insert, "S1", at, 0.1, int8(-1), true, "12.3400", "2026-01-31", int64(-1<<63), "d'été ? 🌍")
		if err != nil {
			return nil, err
		}
		if _, err := db.Exec(insert, "S2", at.Add(500*time.Millisecond), nil, nil, nil, nil, nil, nil, nil); err != nil {
			return nil, err
		}
		return done.RowsAffected()
	})
	check("read", func() (any, error) {
		row := db.QueryRow("SELECT * FROM measurements WHERE station_id = ? AND measured_at = ?", "S1", at)
		var station, price, note string
		var measured, day time.Time
		var value float64
		var quality int8
		var valid bool
		var counted int64
		err := row.Scan(&station, &measured, &value, &quality, &valid, &price, &day, &counted, &note)
		return fmt.Sprint(station, "|", measured.Format(time.RFC3339), "|", value, "|", quality, "|", valid, "|", price,
			"|", day.Format(time.DateOnly), "|", counted, "|", note), err
	})
	check("nulls", func() (any, error) {
		var value sql.NullFloat64
		var day sql.NullTime
		var note sql.NullString
		err := db.QueryRow("SELECT value, day, note FROM measurements WHERE station_id = 'S2'").Scan(&value, &day, &note)
		return fmt.Sprint(value.Valid, day.Valid, note.Valid), err
	})
	check("statement used again", func() (any, error) {
		statement, err := db.Prepare("SELECT ? + 1")
		if err != nil {
			return nil, err
		}
		defer statement.Close()
		sum := 0
		for number := range 50 {
			var found int
			if err := statement.QueryRow(number).Scan(&found); err != nil {
				return nil, err
			}
			sum += found
		}
		return sum, nil
	})
	check("large result", func() (any, error) {
		rows, err := db.Query("SELECT * FROM TABLE(generate_series(1, 100000))")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		count, sum := 0, 0
		for rows.Next() {
			var number int
			if err := rows.Scan(&number); err != nil {
				return nil, err
			}
			count, sum = count+1, sum+number
		}
		return fmt.Sprint(count, " ", sum), rows.Err()
	})
	check("column types", func() (any, error) {
		rows, err := db.Query("SELECT * FROM measurements WHERE 1 = 0")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		types, err := rows.ColumnTypes()
		names := []string{}
		for _, column := range types {
			names = append(names, column.DatabaseTypeName())
		}
		return strings.Join(names, " "), err
	})
	check("several statements", func() (any, error) {
		rows, err := db.Query("SELECT 1; SELECT 2, 3")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var one, two, three int
		rows.Next()
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		if !rows.NextResultSet() || !rows.Next() {
			return "one result only", rows.Err()
		}
		err = rows.Scan(&two, &three)
		return fmt.Sprint(one, two, three), err
	})
	check("no such table", func() (any, error) { return db.Exec("DELETE FROM nowhere WHERE a = 1") })
	check("a query given up", func() (any, error) {
		limited, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := db.QueryContext(limited, "SELECT sum(a.generate_series * b.generate_series % 7) "+
			"FROM TABLE(generate_series(1, 1000000)) a, TABLE(generate_series(1, 100000)) b")
		return fmt.Sprint(errors.Is(err, context.DeadlineExceeded), time.Since(began) < 5*time.Second), nil
	})
	check("long text", func() (any, error) {
		var length int
		err := db.QueryRow("SELECT length(?)", strings.Repeat("x", 3_000_000)).Scan(&length)
		return length, err
	})
	check("after all that", func() (any, error) { return "pong", db.Ping() })
}
