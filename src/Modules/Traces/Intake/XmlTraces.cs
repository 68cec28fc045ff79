using System.Text.Json;
using System.Xml;
using Sillage.Api.Requests;

namespace Sillage.Traces.Intake;

/// <summary>
/// Traces as XML: <c>&lt;trace&gt;</c> for one, <c>&lt;traces&gt;&lt;item&gt;…</c> for many. The members' types are known;
/// in <c>data</c> an element says by its <c>type</c> what it is if it is no text.
/// </summary>
internal static class XmlTraces
{
    private sealed record XmlTrace(
        string? Id,
        string? Timestamp,
        string? Session,
        long? Sequence,
        string? Name,
        Dictionary<string, JsonElement>? Data,
        long? Participant
    );

    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> xml) =>
        IsMany(xml) ? XmlBody.ToJson<List<XmlTrace>>(xml) : XmlBody.ToJson<XmlTrace>(xml);

    private static bool IsMany(ReadOnlyMemory<byte> xml)
    {
        try
        {
            using var reader = XmlReader.Create(
                new MemoryStream(xml.ToArray(), writable: false),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null }
            );
            return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == "traces";
        }
        catch (XmlException)
        {
            // The reading proper says what is wrong and where.
            return false;
        }
    }
}
