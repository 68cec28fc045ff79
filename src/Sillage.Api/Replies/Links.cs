namespace Sillage.Api.Replies;

/// <summary>Addresses of a resource itself (<c>self</c>) and of what one can do next, by relation; relative to the host.</summary>
public sealed class Links : Dictionary<string, string>
{
    /// <summary>No links yet.</summary>
    public Links()
        : base(StringComparer.Ordinal) { }

    /// <summary>A link to the resource itself.</summary>
    public Links(string self)
        : this() => this["self"] = self;
}
