using Sillage.Rowing.Fit;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Files;

/// <summary>Makes workouts of what a FIT file holds: its sessions, laps and records.</summary>
internal sealed class FitReader
{
    private const ushort FileId = 0;
    private const ushort Session = 18;
    private const ushort Lap = 19;
    private const ushort Record = 20;
    private const ushort DeviceInfo = 23;
    private const ushort FileCreator = 49;
    private const long LongestSession = 7 * 86_400;

    // Between two laps a watch loses a second; a rest is longer.
    private const double ShortestRest = 3;

    private sealed record SessionParts(List<(long Time, Stroke Stroke)> Records, List<FitLap> Laps);

    private readonly List<FitLap> _sessions = [];
    private readonly List<FitLap> _laps = [];
    private readonly List<(long Time, Stroke Stroke)> _records = [];
    private readonly Findings _findings;
    private readonly FileRoom _room;
    private Device _device = new();

    private FitReader()
    {
        _findings = new Findings();
        _room = new FileRoom(_findings);
    }

    public static FileContent Read(byte[] bytes, FileHints hints)
    {
        var reader = new FitReader();
        var outcome = FitDecoder.Read(bytes, reader.Take);
        if (outcome.Failure is { } failure)
        {
            if (reader._records.Count == 0 && reader._sessions.Count == 0)
            {
                return FileContent.Failed("fit", failure);
            }

            reader._findings.Add("file-cut", failure + " What comes before is kept.");
        }

        if (outcome.WrongSums > 0)
        {
            reader._findings.Add("check-sum", "The check sum is not right; the file was read all the same.");
        }

        return reader.Make(hints);
    }

    private void Take(in FitMessage message)
    {
        switch (message.Number)
        {
            case FileId when message.Whole(3) is { } serial:
                _device = _device with { Serial = serial.ToString(System.Globalization.CultureInfo.InvariantCulture) };
                break;
            case FileId or FileCreator:
                break;
            case DeviceInfo when message.Whole(0) is null or 0:
                _device = _device with
                {
                    Name = message.Text(27) ?? _device.Name,
                    Firmware = message
                        .Scaled(5, 100)
                        ?.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture),
                };
                break;
            case Session when _room.HasSession():
                _sessions.Add(FitLap.OfSession(message));
                break;
            case Lap when _room.HasLap():
                _laps.Add(FitLap.OfLap(message));
                break;
            case Record:
                TakeRecord(message);
                break;
        }
    }

    private void TakeRecord(in FitMessage message)
    {
        if (message.Time is not { } time)
        {
            _findings.Add("record-without-time", "A record without a time is left out.");
            return;
        }

        if (!_room.HasPoint())
        {
            return;
        }

        var speed = message.Scaled(73, 1000) ?? message.Scaled(6, 1000);
        var rate = message.Whole(4) + (message.Scaled(53, 128) ?? 0);
        _records.Add(
            (
                time,
                new Stroke
                {
                    Distance = Stroke.Scale(message.Scaled(5, 100), 100),
                    Pace = speed > 0.05 ? Stroke.Some(Stroke.Scale(500 / speed, 1000)) : null,
                    Rate = Stroke.Some(Stroke.Scale(rate, 10)),
                    Power = Stroke.Scale(message.Whole(7), 10),
                    HeartRate = Stroke.Beats((int?)message.Whole(3)),
                    Latitude = Degrees(message.Whole(0)),
                    Longitude = Degrees(message.Whole(1)),
                    DriveLength = Stroke.Some(Stroke.Scale(message.Developer("DriveLength"), 1000)),
                    DriveTime = Stroke.Some(Stroke.Scale(message.Developer("StrokeDriveTime"), 1)),
                    RecoveryTime = Stroke.Some(Stroke.Scale(message.Developer("StrokeRecoveryTime"), 1)),
                }
            )
        );
    }

    private FileContent Make(FileHints hints)
    {
        if (_sessions.Count == 0)
        {
            if (_records.Count == 0)
            {
                return FileContent.Failed("fit", "There is neither a session nor a record in it.");
            }

            _findings.Add("session-missing", "There is no summary of the session; it follows from the records.");
            _sessions.Add(new FitLap { Start = _records[0].Time, End = _records.Max(r => r.Time) });
        }

        var workouts = new List<WorkoutDraft>();
        var hasPlaces = _records.Exists(r => r.Stroke.Latitude is not null);
        var parts = Divide();
        foreach (var session in _sessions)
        {
            if (FitSport.MachineOf(session, hints, hasPlaces) is { } machine)
            {
                workouts.Add(Make(session, machine, parts, hints));
            }
            else
            {
                _findings.Add("other-sport", $"A session of the sport {session.Sport} is not rowing, and left out.");
            }
        }

        return workouts.Count == 0
            ? new FileContent("fit", [], _findings.ToList(), "No session in it is of a sport that is rowed.")
            : new FileContent("fit", workouts, _findings.ToList());
    }

    /// <summary>When a session began.</summary>
    private long StartOf(FitLap session) => session.Start ?? (_records.Count > 0 ? _records[0].Time : 0);

    /// <summary>
    /// What belongs to the sessions by when they began: a record or a lap to the last that had begun by then, what was recorded before all of them to the first.
    /// </summary>
    private Dictionary<long, SessionParts> Divide()
    {
        long[] starts = [.. _sessions.Select(StartOf).Distinct().Order()];
        var parts = starts.ToDictionary(start => start, _ => new SessionParts([], []));
        foreach (var record in _records)
        {
            parts[starts[Math.Max(LastBy(starts, record.Time), 0)]].Records.Add(record);
        }

        foreach (var lap in _laps)
        {
            if (lap.Start is { } began && LastBy(starts, began) is >= 0 and var at)
            {
                parts[starts[at]].Laps.Add(lap);
            }
        }

        return parts;
    }

    private static int LastBy(long[] starts, long time)
    {
        var at = Array.BinarySearch(starts, time);
        return at >= 0 ? at : ~at - 1;
    }

    private WorkoutDraft Make(FitLap session, Machine machine, Dictionary<long, SessionParts> all, FileHints hints)
    {
        var start = StartOf(session);
        if (!all.Remove(start, out var its))
        {
            _findings.Add(
                "sessions-doubled",
                "Sessions begin at the same moment; the first of them has the records and laps."
            );
            its = new SessionParts([], []);
        }

        var (intervals, splits) = Parts([.. its.Laps.OrderBy(lap => lap.Start)]);
        var strokes = new List<Stroke>();
        foreach (var (time, stroke) in its.Records)
        {
            if (time < start - LongestSession || time > start + LongestSession)
            {
                _findings.Add("time-jumps", "A record days away from its session is left out.");
                continue;
            }

            strokes.Add(stroke with { Time = (int)Math.Max(time - start, 0) * 1000 });
        }

        if (strokes.All(stroke => stroke.Power is null or 0))
        {
            strokes = [.. strokes.Select(stroke => stroke with { Power = null })];
        }

        var began = DateTimeOffset.FromUnixTimeSeconds(FitDecoder.Epoch + start);
        return new WorkoutDraft(hints.Account, machine, Source.Fit, began)
        {
            TimeZone = hints.TimeZone,
            Totals = session.ToMeasures(hasRest: intervals is not null),
            Intervals = intervals,
            Splits = splits,
            Strokes = strokes,
            Device = _device == new Device() ? null : _device,
        };
    }

    /// <summary>Laps with time in between, or with laps of rest, are intervals; all others are splits.</summary>
    private (List<Measures>? Intervals, List<Measures>? Splits) Parts(List<FitLap> laps)
    {
        if (laps.Count < 2)
        {
            return (null, null);
        }

        var (parts, hasRest) = (new List<Measures>(), false);
        for (var i = 0; i < laps.Count; i++)
        {
            if (laps[i].IsRest && parts.Count > 0)
            {
                var rest = laps[i];
                hasRest = true;
                parts[^1] = parts[^1] with
                {
                    RestTime = (parts[^1].RestTime ?? 0) + (rest.Seconds ?? 0),
                    RestDistance = (parts[^1].RestDistance ?? 0) + (rest.Distance ?? 0),
                };
                continue;
            }

            var part = laps[i].ToMeasures(hasRest: false);
            if (i < laps.Count - 1 && laps[i].Ends is { } end && laps[i + 1].Start - end >= ShortestRest)
            {
                hasRest = true;
                part = part with { RestTime = Math.Round(laps[i + 1].Start!.Value - end, 3) };
            }

            parts.Add(part);
        }

        return !FileRoom.AreKept(parts, _findings) ? (null, null)
            : hasRest ? (parts, null)
            : (null, parts);
    }

    private static int? Degrees(long? semicircles) =>
        semicircles is { } value ? Stroke.Scale(value * (180 / Math.Pow(2, 31)), 1e7) : null;
}
