import type { Dashboard, Lion, LionDetail } from "../api/schemas";

export function lion(changes: Partial<Lion> = {}): Lion {
  return {
    lion_id: "simba_001",
    name: "Simba",
    status: "active",
    current_weight: 195.5,
    health_score: 85.2,
    tracking_frequency: 12,
    position_lat: -3.3652,
    position_lng: 29.8185,
    last_fix_at: "2026-01-31T12:00:00Z",
    data_quality_score: 97.5,
    ...changes,
  };
}

export function lionDetail(changes: Partial<LionDetail> = {}): LionDetail {
  return { ...lion(), avg_weight: 194.1, weight_trend: -0.1234, distance_km: 4.2, ...changes };
}

export function dashboard(changes: Partial<Dashboard> = {}): Dashboard {
  return {
    health: { lions: 2, above_80: 1, from_60_to_80: 0, below_60: 1, average: 66.6 },
    anomalies: [{ lion_id: "nala", name: "Nala", health_score: 48, avg_weight: 120.5, weight_trend: -0.6 }],
    users: [
      {
        rank: 1,
        user_id: "u1",
        username: "Awa",
        challenges_completed: 4,
        weight_entries: 9,
        engagement_score: 42,
      },
    ],
    quality: [
      {
        table_name: "bronze.lions_raw",
        check_name: "bronze_validation",
        quality_percentage: 95.2,
        checked_at: "2026-01-31T02:00:00Z",
      },
    ],
    demonstration: false,
    ...changes,
  };
}
