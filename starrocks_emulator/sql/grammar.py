"""StarRocks' grammar of queries, UPDATE and DELETE, as rules that `recognizer` reads.

Source: StarRocks.g4 of StarRocks 3.5. The rules accept the same texts, and do not express the precedence of operators.
sqlglot accepts more: types, operators and clauses of other dialects.

A word in capitals is a keyword, a word in small letters a rule or a kind of token, and a quoted text a symbol. `?`,
`*`, `+` and `|` have their usual meaning, except that the first alternative that matches is taken. `&x` and `!x` look
ahead.
"""

RULES = r"""
statement: with? (update | delete | query_body)
update: UPDATE names SET assignment (',' assignment)* (FROM relations)? (WHERE expression)?
assignment: name '=' value_or_default
delete: DELETE FROM names partitions? (USING relations)? (WHERE expression)?

query: with? query_body
query_body: term (set_operator (ALL | DISTINCT)? term)* order_by? limit?
set_operator: UNION | EXCEPT | INTERSECT | MINUS
term: select | '(' query ')'
with: WITH table_expression (',' table_expression)*
table_expression: name columns? AS '(' query ')'
columns: '(' name (',' name)* ')'
order_by: ORDER BY sort_key (',' sort_key)*
sort_key: expression (ASC | DESC)? (NULLS (FIRST | LAST))?
limit: LIMIT count ((OFFSET | ',') count)?
count: integer | '?' | user_variable

select: SELECT (DISTINCT | ALL)? item (',' item)* from? (WHERE expression)? (GROUP BY grouping)? (HAVING expression)?
        (QUALIFY value alias_or_text? comparison integer)?
item: '*' | names '.' '*' | expression alias_or_text?
alias_or_text: AS (name | string) | string | free_name
alias: AS name | free_name
free_name: !(MINUS (SELECT | ALL | DISTINCT | '(') | QUALIFY value | PIVOT '(' | BEFORE string) name
from: FROM (DUAL | relations pivot?)
grouping: ROLLUP '(' list? ')' !',' | CUBE '(' list? ')' !',' | GROUPING SETS '(' grouping_set (',' grouping_set)* ')'
        | list
grouping_set: '(' list? ')'
pivot: PIVOT '(' call alias_or_text? (',' call alias_or_text?)* FOR (name | columns) IN
        '(' pivot_value (',' pivot_value)* ')' ')'
pivot_value: (literal | '(' literal (',' literal)* ')') alias_or_text?

relations: relation (',' LATERAL? relation)*
relation: source join*
source: '(' (VALUES row (',' row)* ')' alias_and_columns? | &query_start query ')' alias_and_columns? | relations ')')
        | TABLE '(' names '(' arguments ')' ')' alias_and_columns? | FILES properties alias_and_columns?
        | names '(' list ')' alias_and_columns? | table
query_start: '('* (SELECT | WITH)
alias_and_columns: alias columns?
arguments: name '=' '>' expression (',' name '=' '>' expression)* | list
table: names period? partitions? (TABLET integers)? (REPLICA integers)? (SAMPLE properties?)? alias? hint?
        (BEFORE string)?
period: FOR? (SYSTEM_TIME | TIMESTAMP | VERSION)
        (AS OF expression | BETWEEN value AND expression | FROM expression TO expression | ALL)
partitions: PARTITION '(' name '=' literal (',' name '=' literal)* ')'
        | TEMPORARY? (PARTITION | PARTITIONS) ('(' name_or_text (',' name_or_text)* ')' | name_or_text)
integers: '(' integer (',' integer)* ')'
properties: '(' string '=' string (',' string '=' string)* ')'
join: (LEFT (OUTER | SEMI | ANTI)? | RIGHT (OUTER | SEMI | ANTI)? | FULL OUTER?) JOIN joined criteria
        | (CROSS JOIN? | INNER? JOIN) joined criteria?
joined: hint? LATERAL? source
criteria: ON expression | USING columns
hint: '[' name (',' name)* ']' | '[' name '|' names '(' literal (',' literal)* ')' ']'

list: argument (',' argument)*
argument: constant &(',' | ')') | expression
constant: number | string | NULL
row: '(' value_or_default (',' value_or_default)* ')'
value_or_default: DEFAULT | argument
expression: operand ((AND | '&&' | OR | '||') operand)*
operand: NOT operand | BINARY comparison_chain | comparison_chain
comparison_chain: predicate (IS NOT? NULL | comparison predicate)*
comparison: '=' | '<>' | '!=' | '<' | '<=' | '>' | '>=' | '<=>'
predicate: value matching?
matching: NOT? (IN '(' (&query_start query | list) ')' | BETWEEN value AND predicate | (LIKE | RLIKE | REGEXP) value)
value: prefixed (binary_operator prefixed)*
binary_operator: '+' | '-' | '*' | '/' | '%' | '^' | '&' | '|' | DIV | MOD | BITSHIFTLEFT | BITSHIFTRIGHT
        | BITSHIFTRIGHTLOGICAL
prefixed: ('-' | '+' | '~' | '!')* (lambda | atom suffix*)
lambda: (name | columns) '->' !string (expression | '(' list? ')')
suffix: '.' name | '[' ']' | '[' integer? ':' integer? ']' | '[' value ']' | '->' string | COLLATE (name | string)
        | NOT? MATCH prefixed
atom: literal | CAST '(' expression AS type ')' | CONVERT '(' expression ',' type ')' | case | EXISTS '(' query ')'
        | parenthesized | constructor | '{' FN call '}' | call | user_variable | system_variable | name
parenthesized: '(' (&query_start query ')' | expression (')' | (',' expression)+ ')' NOT? IN '(' query ')'))
literal: number | string | binary | NULL | TRUE | FALSE | '?' | (DATE | DATETIME) string | INTERVAL expression unit
unit: YEAR | QUARTER | MONTH | WEEK | DAY | HOUR | MINUTE | SECOND | MILLISECOND | MICROSECOND
case: CASE (!WHEN expression)? (WHEN expression THEN expression)+ (ELSE expression)? END
constructor: (ARRAY '<' type '>')? '[' list? ']' | MAP ('<' type ',' type '>')? '{' (pair (',' pair)*)? '}'
pair: expression ':' expression
user_variable: '@' name_or_text
system_variable: '@@' ((GLOBAL | LOCAL | SESSION | VERBOSE) '.')? name
name_or_text: name | string

call: EXTRACT '(' name FROM value ')' | (TIMESTAMPADD | TIMESTAMPDIFF) '(' unit ',' expression ',' expression ')'
        | COUNT '(' ('*' | quantifier? list)? ')' over?
        | (AVG | MAX | MIN | SUM) '(' quantifier expression ')' over?
        | ARRAY_AGG '(' quantifier? expression order_by? ')' over?
        | ARRAY_AGG_DISTINCT '(' expression order_by? ')' over?
        | GROUP_CONCAT '(' quantifier? list order_by? (SEPARATOR expression)? ')' over?
        | (LEAD | LAG | FIRST_VALUE | LAST_VALUE) '(' (expression ignored? (',' expression)*)? ')' ignored? over
        | (ROW_NUMBER | RANK | DENSE_RANK | CUME_DIST | PERCENT_RANK | NTILE) '(' expression? ')' over
        | (CHAR | IF | LEFT | LIKE | MOD | REGEXP | REPLACE | RIGHT | RLIKE | DATABASE | SCHEMA | GROUPING
        | GROUPING_ID) '(' list? ')'
        | CURRENT_TIMESTAMP ('(' integer? ')')?
        | (CURRENT_DATE | CURRENT_TIME | LOCALTIME | LOCALTIMESTAMP | CURRENT_USER | CURRENT_ROLE | CURRENT_GROUP)
        ('(' ')')?
        | names '(' list? ')' over?
quantifier: (DISTINCT | ALL) hint?
ignored: IGNORE NULLS
over: OVER '(' (hint? PARTITION BY list)? order_by? frame? ')'
frame: (RANGE | ROWS) (BETWEEN bound AND bound | bound)
bound: UNBOUNDED (PRECEDING | FOLLOWING) | CURRENT ROW | expression (PRECEDING | FOLLOWING)
names: name ('.' name)*

type: (TINYINT | SMALLINT | INT | INTEGER | BIGINT | LARGEINT | CHAR | VARCHAR | VARBINARY | BINARY) ('(' integer ')')?
        | (SIGNED | UNSIGNED) (INT | INTEGER)? | BOOLEAN | FLOAT | DOUBLE | DATE | DATETIME | TIME | STRING | TEXT
        | BITMAP | HLL | PERCENTILE | JSON
        | (DECIMAL | DECIMALV2 | DECIMAL32 | DECIMAL64 | DECIMAL128 | NUMERIC | NUMBER)
        ('(' integer (',' integer)? ')')?
        | ARRAY '<' type '>' | MAP '<' type ',' type '>' | STRUCT '<' name type (',' name type)* '>'
"""

ADVICE = {
    ":": "StarRocks has no operators : and ::; write get_json_string(j, '$.a') or CAST (… AS type)",
    "~": "StarRocks has no operator ~ between two values; write REGEXP",
    "AT": "StarRocks has no AT TIME ZONE; write convert_tz",
    "ARRAY": "StarRocks' arrays are written [1, 2] or ARRAY<INT>[1, 2]",
    "EXCLUDE": "StarRocks has no EXCLUDE",
    "FETCH": "StarRocks has no FETCH; write LIMIT",
    "FILTER": "StarRocks has no FILTER; write the condition with IF or CASE in the aggregate",
    "ILIKE": "StarRocks has no ILIKE; write lower(…) LIKE '…'",
    "INTO": "this emulator has no SELECT … INTO OUTFILE",
    "IS": "in StarRocks, IS compares with NULL only",
    "OFFSET": "in StarRocks, OFFSET follows LIMIT",
    "OVER": "in StarRocks, OVER takes a window in parentheses",
    "RECURSIVE": "StarRocks 3.5 has no recursive WITH",
    "TABLESAMPLE": "StarRocks has no TABLESAMPLE",
    "TOP": "StarRocks has no TOP; write LIMIT",
    "XOR": "StarRocks has no XOR; write <> between two conditions",
    "BLOB": "StarRocks' type is VARBINARY",
    "BOOL": "StarRocks' type is BOOLEAN in CAST",
    "INT64": "StarRocks' type is BIGINT",
    "REAL": "StarRocks' type is FLOAT",
    "TIMESTAMP": "StarRocks' type is DATETIME",
    "TIMESTAMPTZ": "StarRocks' type is DATETIME",
    "UUID": "StarRocks has no UUID; write VARCHAR(36)",
}
"""What StarRocks has instead, by the token of another dialect at which a text is refused or the one before it."""
