using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Reading;

namespace Sillage.Api.Requests;

/// <summary>XML bodies for handlers that read their body by themselves.</summary>
public static class XmlBody
{
    /// <summary>
    /// The JSON text that an XML document stands for. What a value is, the element's <c>type</c> says; where it says
    /// nothing, <typeparamref name="T"/> does.
    /// </summary>
    /// <exception cref="ProblemException">400: not well-formed, nested too deep, or not of the mapping.</exception>
    public static ReadOnlyMemory<byte> ToJson<T>(ReadOnlyMemory<byte> xml) =>
        XmlToJson.Convert(xml, Json.Options.GetTypeInfo(typeof(T)));
}
