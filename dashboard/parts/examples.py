"""Where does somebody begin who is to ask in SQL? Questions that people have, and how to ask."""

from __future__ import annotations

EXAMPLES = {
    "Orders by status": """SELECT status, count(*) AS orders, round(sum(total), 2) AS revenue
FROM orders
GROUP BY status
ORDER BY orders DESC""",
    "Placed, not shipped yet": """SELECT order_id, city, total, placed_at
FROM orders
WHERE status = 'placed'
ORDER BY placed_at""",
    "Revenue by month": """SELECT strftime('%Y-%m', placed_at) AS month,
       round(sum(total), 2) AS revenue
FROM orders
WHERE placed_at IS NOT NULL AND status <> 'cancelled'
GROUP BY month
ORDER BY month""",
    "Best customers": """SELECT customer_id, orders, value, last_at
FROM customers
ORDER BY value DESC
LIMIT 20""",
    "How long until it ships": """SELECT city, count(*) AS orders,
       round(avg(julianday(shipped_at) - julianday(placed_at)), 1) AS days
FROM orders
WHERE shipped_at IS NOT NULL AND placed_at IS NOT NULL AND city IS NOT NULL
GROUP BY city
HAVING orders >= 10
ORDER BY days DESC""",
    "Who did the most": """SELECT coalesce(actor, 'nobody named') AS who, type, count(*) AS events
FROM events
GROUP BY who, type
ORDER BY events DESC
LIMIT 50""",
    "Open orders at each month's end": """WITH months AS (
  SELECT DISTINCT date(recorded_at, 'start of month', '+1 month') AS ends FROM events
)
SELECT ends, count(*) AS open_orders
FROM months
JOIN orders_history ON from_time < ends AND (to_time IS NULL OR to_time >= ends)
WHERE status IN ('placed', 'shipped')
GROUP BY ends
ORDER BY ends""",
    "Products that sell": """SELECT data ->> '$.product_name' AS product,
       sum(data ->> '$.quantity') AS units
FROM events
WHERE type = 'OrderItemAdded'
GROUP BY product
ORDER BY units DESC
LIMIT 25""",
}
"""What is asked → a SELECT that answers it."""
