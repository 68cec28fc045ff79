using System.Xml;

namespace Sillage.Rowing.Files;

/// <summary>Reads GPX: a track is a session, its points have a place, a time and what extensions add.</summary>
internal sealed class GpxReader(XmlReader xml, List<TrackBuilder> sessions, Findings findings)
{
    private readonly Stack<string> _path = new();
    private readonly FileRoom _room = new(findings);
    private TrackBuilder? _session;
    private TrackPoint _point;
    private bool _hasTime;

    public void Read()
    {
        var device = xml.GetAttribute("creator");
        while (XmlPoints.Advance(xml))
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    Begin(xml.LocalName, device);
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
                    Take(_path.Peek(), xml.Value.Trim());
                    break;
                case XmlNodeType.EndElement:
                    _path.TryPop(out _);
                    End(xml.LocalName);
                    break;
            }
        }
    }

    private void Begin(string name, string? device)
    {
        switch (name)
        {
            case "trk":
                _session = new TrackBuilder { Device = device };
                if (_room.HasSession())
                {
                    sessions.Add(_session);
                }

                break;
            case "trkpt":
                _hasTime = false;
                _point = new TrackPoint
                {
                    Latitude = Place(xml.GetAttribute("lat"), 90),
                    Longitude = Place(xml.GetAttribute("lon"), 180),
                };
                if (_point.Latitude is null || _point.Longitude is null)
                {
                    (_point.Latitude, _point.Longitude) = (null, null);
                }

                break;
        }
    }

    private void End(string name)
    {
        if (name != "trkpt" || _session is null)
        {
            return;
        }

        if (_hasTime)
        {
            if (_room.HasPoint())
            {
                _session.Points.Add(_point);
            }
        }
        else
        {
            findings.Add("point-without-time", "A point without a time is left out.");
        }
    }

    private void Take(string name, string text)
    {
        switch (name)
        {
            case "time" when _path.Contains("trkpt"):
                if (XmlPoints.Time(text, findings) is { } time)
                {
                    (_point.Time, _hasTime) = (time, true);
                }

                break;
            case "type" when _session is not null && !_path.Contains("trkpt"):
                _session.Sport = text;
                break;
            case "desc" when _session is not null && !_path.Contains("trkpt"):
                _session.Comments = text;
                break;
            case "hr":
                _point.HeartRate = XmlPoints.Number(text, name, findings);
                break;
            case "cad":
                _point.Rate = XmlPoints.Number(text, name, findings);
                break;
            case "power" or "PowerInWatts":
                _point.Power = XmlPoints.Number(text, name, findings) is >= 0 and < 10_000 and var watts ? watts : null;
                break;
        }
    }

    private double? Place(string? text, double most) =>
        text is not null && XmlPoints.Number(text, "a place", findings) is { } number && Math.Abs(number) <= most
            ? number
            : null;
}
