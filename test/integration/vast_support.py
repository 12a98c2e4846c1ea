"""What IAB's texts of VAST 2.0, 3.0 and 4.2 say of a document, as far as the server writes them: the
order of elements, how many there may be, their attributes and what stands in them."""
import os
import re
import subprocess
import xml.etree.ElementTree as xml
from typing import Dict, List, NamedTuple

VERSIONS = ("2.0", "3.0", "4.2")
NAMESPACE = {"2.0": "", "3.0": "", "4.2": "http://www.iab.com/VAST"}

MACRO = re.compile(r"\[[A-Z0-9_]+\]|\$\{\w+\}")
URI = r"https?://[\w.~!$&'()*+,;=:@%-]+(?:\[[0-9a-f:.]+\])?(?:/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?" \
      r"(?:\?(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d\d\d)?"
NUMBER = r"\d+"
ANY = r"(?s:.*)"
SOME = r"(?s:.*\S.*)"

EVENTS_2 = ("start midpoint firstQuartile thirdQuartile complete mute unmute pause rewind resume "
            "fullscreen acceptInvitation close creativeView expand collapse")
EVENTS_3 = EVENTS_2 + " exitFullscreen skip progress acceptInvitationLinear closeLinear"
EVENTS_4 = ("mute unmute pause resume rewind skip playerExpand playerCollapse loaded start firstQuartile "
            "midpoint thirdQuartile complete progress closeLinear acceptInvitation close creativeView "
            "otherAdInteraction adExpand adCollapse minimize overlayViewDuration interactiveStart")
EVENTS = {"2.0": EVENTS_2, "3.0": EVENTS_3, "4.2": EVENTS_4}


class Rule(NamedTuple):
    """`children` are names with ? * or + behind them; of an element without any, `text` is what is in
    it. Attributes that need not be there have a ? behind their name."""
    children: str = ""
    text: str = ""
    attributes: Dict[str, str] = {}


URL = Rule(text=URI)
MEDIA = {"delivery": "progressive|streaming", "type": SOME, "width": NUMBER, "height": NUMBER}
IMAGE = {"width": NUMBER, "height": NUMBER, "minSuggestedDuration?": TIME}


def tracking(version: str) -> Rule:
    offset = {} if version == "2.0" else {"offset?": TIME}
    return Rule(text=URI, attributes={"event": EVENTS[version].replace(" ", "|"), **offset})


def common(version: str) -> Dict[str, Rule]:
    """What inline ads and wrappers share."""
    return {
        "VAST": Rule("Ad|Error", attributes={"version": re.escape(version)}),
        "AdSystem": Rule(text="video-ad-tracker", attributes={"version": r"\d+\.\d+\.\d+"}),
        "Error": URL, "Impression": URL, "ClickTracking": URL, "NonLinearClickTracking": URL,
        "TrackingEvents": Rule("Tracking+"), "Tracking": tracking(version),
        "Creatives": Rule("Creative+"),
        "Extensions": Rule("Extension"),
        "Extension": Rule("AdVerifications", attributes={"type": "AdVerifications"}),
        "ViewableImpression": Rule("Viewable+ NotViewable+ ViewUndetermined+"),
        "Viewable": URL, "NotViewable": URL, "ViewUndetermined": URL,
        "NonLinearAds": Rule("TrackingEvents? NonLinear*"),
    }


def inline(version: str) -> Dict[str, Rule]:
    is_4 = version == "4.2"
    codec = {} if version == "2.0" else {"codec?": SOME}
    clicks = {"2.0": "NonLinearClickThrough?", "3.0": "NonLinearClickTracking* NonLinearClickThrough?",
              "4.2": "NonLinearClickThrough? NonLinearClickTracking*"}[version]
    head = {"2.0": "AdSystem AdTitle Error? Impression+ Creatives Extensions?",
            "3.0": "AdSystem AdTitle Advertiser? Error? Impression+ Creatives Extensions?",
            "4.2": "AdSystem Error* Impression+ ViewableImpression? AdServingId AdTitle "
                   "AdVerifications? Advertiser? Category* Creatives"}[version]
    return {
        **common(version),
        "Ad": Rule("InLine", attributes={"id": NUMBER}),
        "InLine": Rule(head),
        "AdTitle": Rule(text=SOME), "Advertiser": Rule(text=SOME),
        "Category": Rule(text=SOME, attributes={"authority": URI}),
        "AdServingId": Rule(text="[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        "Creative": Rule("Linear? NonLinearAds?" + (" UniversalAdId+" if is_4 else ""),
                         attributes={"id?": NUMBER}),
        "UniversalAdId": Rule(text=SOME, attributes={"idRegistry": SOME}),
        "Linear": Rule("TrackingEvents? Duration MediaFiles VideoClicks?" if is_4 else
                       "Duration TrackingEvents? VideoClicks? MediaFiles",
                       attributes={} if version == "2.0" else {"skipoffset?": TIME}),
        "Duration": Rule(text=TIME),
        "MediaFiles": Rule("MediaFile+ Mezzanine*" if is_4 else "MediaFile+"),
        "MediaFile": Rule(text=URI, attributes={**MEDIA, **codec, "bitrate?": NUMBER}),
        "Mezzanine": Rule(text=URI, attributes={**MEDIA, **codec}),
        "VideoClicks": Rule("ClickTracking* ClickThrough?" if is_4 else "ClickThrough? ClickTracking*"),
        "ClickThrough": URL, "NonLinearClickThrough": URL,
        "NonLinear": Rule("StaticResource " + clicks, attributes=IMAGE),
        "StaticResource": Rule(text=URI, attributes={"creativeType": r"image/[\w+]+"}),
    }


def wrapper(version: str) -> Dict[str, Rule]:
    is_4 = version == "4.2"
    follow = {"followAdditionalWrappers?": "true|false", "allowMultipleAds?": "true|false"}
    return {
        **common(version),
        "Ad": Rule("Wrapper", attributes={"id": NUMBER}),
        "Wrapper": Rule("AdSystem Error* Impression+ ViewableImpression? AdVerifications? Creatives? "
                        "VASTAdTagURI", attributes=follow) if is_4 else
                   Rule("AdSystem VASTAdTagURI Error? Impression+ Creatives Extensions?"),
        "VASTAdTagURI": URL,
        "Creative": Rule("Linear? NonLinearAds?", attributes={"id?": NUMBER}),
        "Linear": Rule("TrackingEvents? VideoClicks?"),
        "VideoClicks": Rule("ClickTracking*"),
        "NonLinear": Rule("NonLinearClickTracking" + ("?" if is_4 else "*")),
    }


def expect_form(children: str, names: List[str]) -> bool:
    pattern = "".join(f"(?:(?:{re.sub('[?*+]$', '', child)}) ){child[-1] if child[-1] in '?*+' else ''}"
                      for child in children.split())
    return re.fullmatch(pattern, "".join(f"{name} " for name in names)) is not None


def check_attributes(element: xml.Element, name: str, attributes: Dict[str, str]) -> None:
    for key, value in element.attrib.items():
        pattern = attributes.get(key, attributes.get(key + "?"))
        assert pattern is not None, f"{name} has the attribute {key}"
        assert re.fullmatch(pattern, value), f"{name} {key}={value!r}"
    missing = [key for key in attributes if key[-1] != "?" and key not in element.attrib]
    assert not missing, f"{name} lacks {missing}"


def name_of(element: xml.Element, namespace: str) -> str:
    """Without the namespace that it must have; what has AdVerifications brings its own."""
    prefix = f"{{{namespace}}}" if namespace else ""
    if element.tag.endswith("AdVerifications"):
        return "AdVerifications"
    assert element.tag.startswith(prefix) and "{" not in element.tag[len(prefix):], element.tag
    return element.tag[len(prefix):]


def check_element(element: xml.Element, rules: Dict[str, Rule], namespace: str) -> None:
    name = name_of(element, namespace)
    if name == "AdVerifications":  # somebody else's
        return
    assert name in rules, f"there is no {name}"
    rule = rules[name]
    check_attributes(element, name, rule.attributes)
    children = [name_of(child, namespace) for child in element]
    assert expect_form(rule.children, children), f"{name}: {children}"
    text = element.text or ""
    if rule.text == URI:
        text = MACRO.sub("", text)
    assert re.fullmatch(rule.text, text), f"{name}: {text!r}"
    for child in element:
        assert not (child.tail or "").strip(), f"text in {name}"
        check_element(child, rules, namespace)


def schema_fault(document: bytes, schema: str) -> str:
    """What xmllint says of it, "" when nothing; without a schema whether it is XML at all. It takes no
    macros in URIs."""
    plain = re.sub(rb"\[([A-Z]+)\]", rb"\1", document)
    schemas = ["--schema", schema] if schema else []
    done = subprocess.run(["xmllint", "--noout", *schemas, "-"], input=plain, capture_output=True,
                          timeout=30, check=False)
    return "" if done.returncode == 0 else done.stderr.decode()


def check_document(document: bytes, version: str) -> xml.Element:
    """Returns the root. AssertionError where the document is none of this version. IAB's own schema of
    4.2 is asked as well where VAST_SCHEMA names it."""
    fault = schema_fault(document, os.environ.get("VAST_SCHEMA", "") if version == "4.2" else "")
    assert not fault, fault
    root = xml.fromstring(document)
    is_wrapper = root.find(f".//{{{NAMESPACE[version]}}}Wrapper") is not None
    rules = wrapper(version) if is_wrapper else inline(version)
    check_element(root, rules, NAMESPACE[version])
    return root
