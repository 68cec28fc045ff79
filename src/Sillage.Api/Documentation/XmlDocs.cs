using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sillage.Api.Documentation;

/// <summary>
/// The XML documentation of our assemblies, from the files that the build puts next to them. The framework's generator
/// sees only the project that it runs in, and types live in the modules.
/// </summary>
public static partial class XmlDocs
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = new();

    /// <summary>The summary of a type, as plain text.</summary>
    public static string? Of(Type type) => Text(Find(type)?.Element("summary"));

    /// <summary>The summary of a property, or of the record's parameter that it comes from.</summary>
    public static string? Of(PropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        var type = property.DeclaringType!;
        var own = Files.GetOrAdd(type.Assembly, Load).GetValueOrDefault($"P:{NameOf(type)}.{property.Name}");
        var parameter = Find(type)
            ?.Elements("param")
            .FirstOrDefault(p => (string?)p.Attribute("name") == property.Name);
        return Text(own?.Element("summary")) ?? Text(parameter);
    }

    private static XElement? Find(Type type) =>
        Files.GetOrAdd(type.Assembly, Load).GetValueOrDefault("T:" + NameOf(type));

    private static string NameOf(Type type) =>
        ((type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name).Replace('+', '.');

    private static IReadOnlyDictionary<string, XElement> Load(Assembly assembly)
    {
        var path = assembly.IsDynamic ? null : Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        var isOurs = assembly.GetName().Name?.StartsWith("Sillage", StringComparison.Ordinal) == true;
        return isOurs && File.Exists(path)
            ? XDocument
                .Load(path)
                .Descendants("member")
                .Where(m => m.Attribute("name") is not null)
                .GroupBy(m => m.Attribute("name")!.Value, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal)
            : new Dictionary<string, XElement>(StringComparer.Ordinal);
    }

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var words = string.Concat(element.Nodes().Select(Words));
        var text = Spaces().Replace(words, " ").Trim();
        return text.Length == 0 ? null : text;
    }

    private static string Words(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement reference when (reference.Attribute("cref") ?? reference.Attribute("name")) is { } name =>
                name.Value[(name.Value.LastIndexOf('.') + 1)..],
            XElement element => string.Concat(element.Nodes().Select(Words)),
            _ => "",
        };

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
