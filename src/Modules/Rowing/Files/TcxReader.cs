using System.Xml;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Files;

/// <summary>Reads TCX: activities with laps and points. Names count, not the namespaces that writers disagree about.</summary>
internal sealed class TcxReader(XmlReader xml, List<TrackBuilder> sessions, Findings findings)
{
    private readonly Stack<string> _path = new();
    private readonly FileRoom _room = new(findings);
    private TrackBuilder _session = new();
    private Measures _lap = new();
    private DateTimeOffset? _lapStart;
    private bool _isRest;
    private TrackPoint _point;
    private bool _hasTime;

    public void Read()
    {
        while (XmlPoints.Advance(xml))
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    Begin(xml.LocalName);
                    if (xml.IsEmptyElement)
                    {
                        End(xml.LocalName);
                    }
                    else
                    {
                        _path.Push(xml.LocalName);
                    }

                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when _path.Count > 0:
                    Take(_path.Peek(), _path.Skip(1).FirstOrDefault() ?? "", xml.Value.Trim());
                    break;
                case XmlNodeType.EndElement:
                    _path.TryPop(out _);
                    End(xml.LocalName);
                    break;
            }
        }
    }

    private void Begin(string name)
    {
        switch (name)
        {
            case "Activity":
                _session = new TrackBuilder { Sport = xml.GetAttribute("Sport") ?? "" };
                if (_room.HasSession())
                {
                    sessions.Add(_session);
                }

                break;
            case "Lap":
                (_lap, _isRest) = (new Measures(), false);
                _lapStart = xml.GetAttribute("StartTime") is { } start ? XmlPoints.Time(start, findings) : null;
                break;
            case "Trackpoint":
                (_point, _hasTime) = (default, false);
                break;
        }
    }

    private void End(string name)
    {
        switch (name)
        {
            case "Lap":
                if (
                    (_lapStart ?? (_session.Points.Count > 0 ? _session.Points[0].Time : null)) is { } start
                    && _room.HasLap()
                )
                {
                    _session.Laps.Add((start, _lap, _isRest));
                }

                break;
            case "Trackpoint" when _hasTime && _room.HasPoint():
                _session.Points.Add(_point);
                break;
        }
    }

    private void Take(string name, string parent, string text)
    {
        switch (name, parent)
        {
            case ("Time", "Trackpoint"):
                if (XmlPoints.Time(text, findings) is { } time)
                {
                    (_point.Time, _hasTime) = (time, true);
                }

                break;
            case ("LatitudeDegrees", _):
                _point.Latitude = Number(text, name, 90);
                break;
            case ("LongitudeDegrees", _):
                _point.Longitude = Number(text, name, 180);
                break;
            case ("DistanceMeters", "Trackpoint"):
                _point.Distance = Number(text, name, 10_000_000);
                break;
            case ("Value", "HeartRateBpm"):
                _point.HeartRate = Number(text, "HeartRateBpm", 1000);
                break;
            case ("Cadence" or "RunCadence", "Trackpoint" or "TPX"):
                _point.Rate = Number(text, name, 1000);
                break;
            case ("Watts", _):
                _point.Power = Number(text, name, 10_000);
                break;
            case ("Speed", _):
                _point.Speed = Number(text, name, 100);
                break;
            case ("Notes", "Activity"):
                _session.Comments = text;
                break;
            case ("Name", "Creator"):
                _session.Device ??= text;
                break;
            default:
                TakeLap(name, parent, text);
                break;
        }
    }

    private void TakeLap(string name, string parent, string text)
    {
        switch (name, parent)
        {
            case ("TotalTimeSeconds", "Lap"):
                _lap = _lap with { Time = Number(text, name, 604_800) };
                break;
            case ("DistanceMeters", "Lap"):
                _lap = _lap with { Distance = Number(text, name, 10_000_000) };
                break;
            case ("Calories", "Lap"):
                // Writers that know of none say 0 or 1.
                _lap = _lap with
                {
                    Calories = Number(text, name, 100_000) is > 1 and var calories ? (int)calories : null,
                };
                break;
            case ("Cadence", "Lap"):
                _lap = _lap with { StrokeRate = Number(text, name, 254) is > 0 and var rate ? rate : null };
                break;
            case ("Intensity", "Lap"):
                _isRest = text == "Resting";
                break;
            case ("Value", "AverageHeartRateBpm"):
                _lap = _lap with { HeartRate = Beats() with { Average = Heart(text) } };
                break;
            case ("Value", "MaximumHeartRateBpm"):
                _lap = _lap with { HeartRate = Beats() with { Maximum = Heart(text) } };
                break;
        }
    }

    private HeartRates Beats() => _lap.HeartRate ?? new HeartRates();

    private int? Heart(string text) => Stroke.Beats(Stroke.Scale(Number(text, "heart rate", 1000), 1));

    private double? Number(string text, string name, double most) =>
        XmlPoints.Number(text, name, findings) is { } number && number <= most && number >= -most ? number : null;
}
