using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sillage.Api.Formats;

namespace Sillage.Api.Requests.Reading;

/// <summary>Says in plain words what a place in a body takes.</summary>
public static class Expectation
{
    /// <summary>For example <c>A whole number from 0 to 255</c>, without a full stop.</summary>
    public static string Of(JsonTypeInfo type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return type.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "An object",
            JsonTypeInfoKind.Enumerable => "An array",
            _ when plain.IsEnum => "One of " + string.Join(", ", Names(plain)),
            _ => OfLeaf(plain),
        };
    }

    /// <summary>The same of a query parameter or a setting, which are text.</summary>
    public static string Of(Type type) => Of(Json.Options.GetTypeInfo(type));

    /// <summary>Whether any value at all may stand here.</summary>
    public static bool IsAnything(Type type) =>
        type == typeof(object)
        || type == typeof(JsonElement)
        || type == typeof(JsonElement?)
        || typeof(JsonNode).IsAssignableFrom(type);

    /// <summary>Whether the place takes a JSON number.</summary>
    public static bool IsNumber(Type type) => IsWhole(type) || IsFractional(type);

    /// <summary>The words of an enumeration as they are written in JSON.</summary>
    public static IEnumerable<string> Names(Type enumeration) =>
        Enum.GetNames(enumeration).Select(JsonNamingPolicy.KebabCaseLower.ConvertName);

    private static string OfLeaf(Type type) =>
        type switch
        {
            _ when type == typeof(string) => "A string",
            _ when type == typeof(bool) => "true or false",
            _ when IsWhole(type) => $"A whole number from {Limit(type, "MinValue")} to {Limit(type, "MaxValue")}",
            _ when IsFractional(type) => "A number",
            _ when type == typeof(Guid) => "A UUID such as 019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7",
            _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) =>
                "A time by RFC 3339 such as 2026-11-20T09:30:00.000Z",
            _ when type == typeof(DateOnly) => "A date such as 2026-11-20",
            _ when type == typeof(TimeOnly) => "A time of day such as 09:30:00",
            _ when type == typeof(TimeSpan) => "A duration such as 00:05:00",
            _ when type == typeof(Uri) => "An address (URI)",
            _ when type == typeof(byte[]) => "Base64",
            _ => "A value of another form",
        };

    private static object? Limit(Type type, string name) => type.GetField(name)?.GetValue(null);

    private static bool IsWhole(Type type) =>
        Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) is >= TypeCode.SByte and <= TypeCode.UInt64
        && !type.IsEnum;

    private static bool IsFractional(Type type) =>
        Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type)
            is TypeCode.Single
                or TypeCode.Double
                or TypeCode.Decimal;
}
